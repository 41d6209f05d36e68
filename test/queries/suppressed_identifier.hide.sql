update suppressed_identifier set value = null
  where space_id = $1 and hash in (select r.hash from unnest($2::text[]) as r (hash)) and value is not null
