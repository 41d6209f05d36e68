select p.*, l.created_at as linked_at from profile_link l
  join profile p on p.space_id = $1 and p.id = l.profile_id
  where l.space_id = $2 and l.account_id = $3::uuid and ($4::boolean or l.created_at < $5::timestamptz
  or l.created_at = $6::timestamptz and "l"."profile_id" > $7::uuid)
  order by l.created_at desc, l.profile_id limit $8
