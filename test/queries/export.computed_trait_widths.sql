select i.key as type, max(jsonb_array_length(i.value)) as width
  from (select m.profile_id, m.value from computed_value m where m.space_id = $1 and m.computed_trait_id = $2) as n join profile p on p.space_id = $3 and p.id = n.profile_id
  cross join lateral jsonb_each(p.identifiers) as i
  group by i.key order by i.key
