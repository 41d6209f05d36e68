select t.id, t.key, t.name, v.profile_id as "profileId", v.value, v.changed_at as "changedAt"
  from computed_value v join computed_trait t on t.id = v.computed_trait_id
  where v.space_id = $1 and t.space_id = $2 and v.profile_id = any($3::uuid[]) order by t.name, t.id
