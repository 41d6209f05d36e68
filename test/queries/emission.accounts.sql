select a.id, a.identifiers #>> '{group_id,0}' as "groupId",
  coalesce((select jsonb_agg(u.identifiers order by u.id) from profile_link l
  join profile u on u.space_id = $1 and u.id = l.profile_id
  where l.space_id = $2 and l.account_id = a.id), '[]'::jsonb) as users
  from profile a where a.space_id = $3 and a.id in (select unnest($4::uuid[])) order by a.id
