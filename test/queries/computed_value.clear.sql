delete from computed_value where space_id = $1 and computed_trait_id = $2 and profile_id in (
  select c.profile_id from computed_change c where c.space_id = $3 and c.computed_trait_id = $4 and c.value is null)
