select count(*) as total, min(case when jsonb_typeof(v.value) = 'number' then decimal_of(v.value) end) as low, max(case when jsonb_typeof(v.value) = 'number' then decimal_of(v.value) end) as high,
  round(avg(case when jsonb_typeof(v.value) = 'number' then decimal_of(v.value) end), 4) as average
  from computed_value v where v.space_id = $1 and v.computed_trait_id = $2
