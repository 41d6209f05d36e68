delete from write_key where space_id = $1 and source_id = $2 and key = $3
