select id, key, name, condition from audience
  where space_id = $1 and deleted_at is null order by created_at, id
