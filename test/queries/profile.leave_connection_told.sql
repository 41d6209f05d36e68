delete from connection_told where space_id = $1 and profile_id = $2::uuid returning connection_id, value, ids, told_at
