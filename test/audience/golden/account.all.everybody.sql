select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'accounts' and p.merged_into is null and (exists (select
  from profile_link l
  where l.space_id = $2 and l.account_id = p.id) and not exists (select
  from profile_link l
  where l.space_id = $3 and l.account_id = p.id and not exists (
    select
  from profile p
  where p.space_id = $4 and p.collection = 'users' and p.merged_into is null and p.id = l.profile_id and exists (select
  from event e
  where e.space_id = $5 and e.name = $6 and e.profile_id = p.id))))
