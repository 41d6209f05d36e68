delete from import_part where space_id = $1 and import_id = $2 and part = $3::bigint
