select key from write_key where space_id = $1 and source_id = $2 order by key
