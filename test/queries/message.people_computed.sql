select v.profile_id, t.key, v.value from computed_value v
  join computed_trait t on t.space_id = $1 and t.id = v.computed_trait_id and t.deleted_at is null
  where v.space_id = $2 and v.profile_id in (select m.profile_id from message m where m.space_id = $3 and m.claim = $4)
