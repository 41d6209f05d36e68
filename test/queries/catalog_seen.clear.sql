delete from catalog_seen where space_id = $1 and source_id = $2
  and (type, name) in (select type, name from unnest($3::text[], $4::text[]) as r (type, name))
