select a.name, coalesce(s.status, 'Preparing') as status,
  (select count(*) from membership m where m.space_id = $1 and m.audience_id = a.id) as members
  from audience a left join audience_state s on s.space_id = $2 and s.audience_id = a.id
  where a.space_id = $3 and a.deleted_at is null order by a.created_at, a.name
