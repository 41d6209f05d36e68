select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'accounts' and p.merged_into is null
  and p.id in (select d.profile_id
  from due_profile d
  where d.space_id = $2 and d.batch = any($3::text[])) and coalesce((select bool_and(u.matches)
  from (select p.id as account_id, p.identifiers) as a
    join profile_link l on l.space_id = $4 and l.account_id = a.account_id
    cross join lateral (select (((select count(*)
  from event e
  where e.space_id = $5 and e.name = $6 and e.profile_id = p.id) >= $7::bigint) is true) as matches
  from profile p
  where p.space_id = $8 and p.id = l.profile_id) u), false)
