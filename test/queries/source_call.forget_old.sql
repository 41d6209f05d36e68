delete from source_call where space_id = $1 and received_at < $2::timestamptz
