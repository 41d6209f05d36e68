select profile_id as id from connection_told where space_id = $1 and connection_id = $2
  and profile_id > $3::uuid order by profile_id limit $4
