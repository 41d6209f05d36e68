with hit as materialized (select c.source_id, c.type, c.name, c.path from catalog_seen c
  where c.space_id = $1 and exists (select from unnest($2::text[]) as p (text) where strpos(replace(lower(c.frequent::text), '\"', '"'), p.text) > 0))
  update catalog_seen c set frequent = '{}' from hit h
  where c.space_id = $3 and c.source_id = h.source_id and c.type = h.type and c.name = h.name and c.path = h.path returning 1 as one
