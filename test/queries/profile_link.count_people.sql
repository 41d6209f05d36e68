select l.account_id as id, count(*) as people from profile_link l
  where l.space_id = $1 and l.account_id = any ($2::uuid[]) group by l.account_id order by 1
