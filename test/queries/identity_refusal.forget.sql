delete from identity_refusal where space_id = $1 and last_at < $2::timestamptz
  and (profile_id, code, type, value) in (
  select profile_id, code, type, value from identity_refusal where space_id = $3 and last_at < $4::timestamptz
  order by profile_id, code, type, value limit $5 for update skip locked)
  returning profile_id
