delete from suppressed_identifier
  where space_id = $1 and root in (select r.root from unnest($2::text[]) as r (root)) returning hash
