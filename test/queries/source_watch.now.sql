select space_id, source_id from source_watch where watched_until > $1::timestamptz
