select * from profile_merge where space_id = $1 and profile_id = $2::uuid
  order by merged_at desc, loser_id limit $3
