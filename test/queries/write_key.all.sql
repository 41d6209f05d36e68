select key, source_id from write_key where space_id = $1 order by key
