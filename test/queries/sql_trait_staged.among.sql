select s.owner from unnest($1::text[], $2::text[]) as r (owner, hash)
  cross join lateral (select owner from sql_trait_staged
  where space_id = $3 and sql_trait_id = $4 and owner = r.owner and hash <> r.hash limit 1) as s order by 1 limit 1
