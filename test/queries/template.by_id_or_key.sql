select id, key, name, channel, version, created_at, updated_at from template
  where space_id = $1 and (id = $2 or key = $3) and deleted_at is null
  order by case when id = $4 then 0 else 1 end limit 1
