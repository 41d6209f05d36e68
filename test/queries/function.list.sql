select f.*, v.code, v.handlers from function f join function_version v
  on v.function_id = f.id and v.number = f.latest where f.space_id = $1 and v.space_id = $2
  and ($3::text is null or f.kind = $4::text) order by f.name, f.id
