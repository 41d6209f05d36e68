select loser_id from profile_merge
  where space_id = $1 and profile_id = any($2::uuid[]) and message_id = $3 order by loser_id
