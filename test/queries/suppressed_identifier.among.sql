select s.hash from unnest($1::text[]) as r (hash)
  cross join lateral (select hash from suppressed_identifier where space_id = $2 and hash = r.hash limit 1) as s
