select greatest(1, least($1::integer,
  width_bucket(decimal_of(v.value), $2::numeric, $3::numeric, $4::integer))) as bin, count(*) as people
  from computed_value v where v.space_id = $5 and v.computed_trait_id = $6 and jsonb_typeof(v.value) = 'number'
  group by 1 order by 1
