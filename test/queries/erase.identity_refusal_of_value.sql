delete from identity_refusal where space_id = $1 and (type, value) in (
  select r.type, r.value from unnest($2::text[], $3::text[]) as r (type, value))
  returning 1 as one
