select p.* from profile_link l join profile p on p.space_id = $1 and p.id = l.profile_id
  where l.space_id = $2 and l.account_id = $3::uuid order by l.created_at desc, p.id limit $4 offset $5
