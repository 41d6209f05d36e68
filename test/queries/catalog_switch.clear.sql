delete from catalog_switch where space_id = $1 and source_id = $2 and enabled
  and (type, name) in (select type, name from unnest($3::text[], $4::text[]) as r (type, name))
