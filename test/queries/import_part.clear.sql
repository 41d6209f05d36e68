delete from import_part where space_id = $1 and import_id = $2
