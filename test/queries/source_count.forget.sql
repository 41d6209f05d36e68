delete from source_count where space_id = $1 and slot < $2::timestamptz
