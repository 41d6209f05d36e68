select t.type, count(*) as count from (select m.profile_id from membership m where m.space_id = $1 and m.audience_id = $2) as n join profile p on p.space_id = $3 and p.id = n.profile_id
  cross join lateral (select null::text as type union all select k.key from jsonb_object_keys(p.identifiers) as k (key)) as t
  group by t.type order by count(*) desc, t.type
