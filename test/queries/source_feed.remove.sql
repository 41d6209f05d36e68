delete from source_feed where space_id = $1 and source_id = $2 returning source_id
