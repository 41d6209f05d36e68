delete from membership where space_id = $1 and profile_id = $2::uuid returning audience_id, entered_at
