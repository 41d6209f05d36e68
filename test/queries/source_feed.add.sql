insert into source_feed (space_id, source_id, from_space_id, from_source_id, connected_at, connected_by)
  values ($1, $2, $3, $4, $5::timestamptz, $6)
  on conflict do nothing returning source_id
