select i.collection, i.type, i.value, i.profile_id, i.message_id
  from unnest($1::text[], $2::text[], $3::text[])
  as r (collection, type, value)
  join profile_identifier i on i.collection = r.collection and i.type = r.type and i.value = r.value where i.space_id = $4
