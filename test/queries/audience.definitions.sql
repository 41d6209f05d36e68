select id, key, name, 'audience' as kind, condition as definition, created_at from audience
  where space_id = $1 and deleted_at is null
  union all select id, key, name, 'computed_trait', definition, created_at from computed_trait
  where space_id = $2 and deleted_at is null
  order by created_at, id
