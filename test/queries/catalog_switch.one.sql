select type, name, path, enabled, archived_at, updated_by, updated_at from catalog_switch
  where space_id = $1 and source_id = $2 and type = $3 and name = $4 and path = $5
