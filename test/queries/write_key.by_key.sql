select space_id, source_id from write_key where key = $1
