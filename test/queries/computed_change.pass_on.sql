with passed as (
  insert into due_profile (space_id, batch, profile_id)
  select c.space_id, $1, c.profile_id from computed_change c
  where c.space_id = $2 and c.computed_trait_id = $3 order by c.profile_id on conflict do nothing returning profile_id)
  select count(*) as profiles from passed
