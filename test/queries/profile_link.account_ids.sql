select l.account_id as id from profile_link l where l.space_id = $1 and l.profile_id = $2::uuid
  order by l.created_at desc, l.account_id limit $3 offset $4
