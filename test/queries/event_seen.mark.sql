insert into event_seen (space_id, message_id, received_at)
  select $1, r.message_id, $2::timestamptz from unnest($3::text[]) as r (message_id)
  on conflict do nothing returning message_id
