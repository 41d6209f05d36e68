select l.account_id as id, l.created_at as linked_at from profile_link l
  where l.space_id = $1 and l.profile_id = $2::uuid and ($3::boolean or l.created_at < $4::timestamptz
  or l.created_at = $5::timestamptz and "l"."account_id" > $6::uuid)
  order by l.created_at desc, l.account_id limit $7
