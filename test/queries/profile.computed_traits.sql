select t.key, v.value, v.changed_at from computed_value v
  join computed_trait t on t.space_id = $1 and t.id = v.computed_trait_id
  where v.space_id = $2 and v.profile_id = $3::uuid and t.deleted_at is null order by t.key
