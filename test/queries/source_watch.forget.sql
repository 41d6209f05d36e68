delete from source_watch where space_id = $1 and watched_until < $2::timestamptz
