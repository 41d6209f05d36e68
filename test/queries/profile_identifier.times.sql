select i.collection, i.type, i.value, i.created_at
  from unnest($1::text[], $2::text[], $3::text[])
  as r (collection, type, value)
  join profile_identifier i on i.space_id = $4 and i.collection = r.collection and i.type = r.type and i.value = r.value
  order by i.created_at desc, i.type, i.value
