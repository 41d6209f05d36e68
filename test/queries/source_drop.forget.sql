delete from source_drop where space_id = $1 and hour < $2::timestamptz
