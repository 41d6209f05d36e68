insert into profile_merge (space_id, profile_id, loser_id, message_id, merged_at)
  select $1, r.profile_id, r.loser_id, r.message_id, r.merged_at
  from unnest($2::uuid[], $3::uuid[],
  $4::text[], $5::timestamptz[])
  as r (profile_id, loser_id, message_id, merged_at)
  on conflict do nothing
