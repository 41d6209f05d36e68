select r.type, r.name, p.path
  from unnest($1::text[], $2::text[]) as r (type, name)
  cross join lateral (
  select distinct c.path from source s join catalog_seen c on c.source_id = s.id and c.type = r.type and c.name = r.name
  where s.space_id = $3 and c.space_id = $4 and c.path <> '' order by c.path limit $5) p
