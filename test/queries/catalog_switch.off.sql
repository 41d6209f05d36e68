select type, name, path from catalog_switch
  where space_id = $1 and source_id = $2 and not enabled order by type, name, path
