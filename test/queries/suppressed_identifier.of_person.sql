select root, suppressed_by, suppressed_at
  from suppressed_identifier where space_id = $1 and hash in (select r.hash from unnest($2::text[]) as r (hash))
  order by suppressed_at, hash
