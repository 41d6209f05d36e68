delete from alert where space_id = $1 and closed_at < $2::timestamptz
