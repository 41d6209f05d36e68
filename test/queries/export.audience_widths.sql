select i.key as type, max(jsonb_array_length(i.value)) as width
  from (select m.profile_id, null::jsonb as value from membership m where m.space_id = $1 and m.audience_id = $2) as n join profile p on p.space_id = $3 and p.id = n.profile_id
  cross join lateral jsonb_each(p.identifiers) as i
  group by i.key order by i.key
