delete from event where space_id = $1 and profile_id in (select r.id from unnest($2::uuid[]) as r (id))
  and ($3::timestamptz is null or timestamp <= $4::timestamptz) returning 1 as one
