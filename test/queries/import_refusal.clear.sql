delete from import_refusal where space_id = $1 and import_id = $2
