select * from journey
  where space_id = $1 and (id = $2 or key = $3) and deleted_at is null
  order by id = $4 desc limit 1 for update
