select import_id as "importId", part from import_part
  where space_id = $1 order by import_id, part
