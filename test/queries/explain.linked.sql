select case when l.profile_id = $1::uuid then l.account_id else l.profile_id end as id
  from profile_link l where l.space_id = $2 and (l.profile_id = $3::uuid or l.account_id = $4::uuid)
  order by 1 limit $5::integer
