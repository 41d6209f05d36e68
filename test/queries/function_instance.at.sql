select i.id, i.settings, i.secrets, i.limit_seconds, i.updated_at, f.id as function_id, f.name, v.number, v.code
  from function_instance i
  join function f on f.id = i.function_id
  join function_version v on v.function_id = f.id and v.number = f.deployed
  where i.space_id = $1 and f.space_id = $2 and v.space_id = $3
  and i.integration_id = $4 and i.enabled
