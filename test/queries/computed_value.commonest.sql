select x.entry as value, count(*) as people
  from computed_value v cross join lateral jsonb_array_elements(
  case when jsonb_typeof(v.value) = 'array' then v.value else jsonb_build_array(v.value) end) as x (entry)
  where v.space_id = $1 and v.computed_trait_id = $2
  group by 1 order by 2 desc, 1 limit $3::integer
