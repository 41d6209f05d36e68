select profile_id as "profileId", revision, again from connection_mark
  where space_id = $1 and connection_id = $2 order by profile_id limit $3
