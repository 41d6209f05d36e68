select distinct name from event where space_id = $1 and profile_id = $2::uuid order by name
