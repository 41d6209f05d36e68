with old as materialized (
  select profile_id, code, type, value from identity_refusal where space_id = $1 and last_at < $2::timestamptz
  order by profile_id, code, type, value limit $3 for update skip locked)
  delete from identity_refusal where space_id = $4 and last_at < $5::timestamptz
  and (profile_id, code, type, value) in (select profile_id, code, type, value from old)
  returning profile_id
