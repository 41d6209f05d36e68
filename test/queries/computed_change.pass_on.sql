with passed as (
  insert into due_profile (space_id, batch, profile_id)
  select c.space_id, $1, c.profile_id from computed_change c
  where c.space_id = $2 and c.computed_trait_id = $3 order by c.profile_id on conflict do nothing returning profile_id)
  insert into computation_due (space_id, computation_id, batch, profiles)
  select $4, r.id, $5, n.profiles
  from (select count(*) as profiles from passed) n cross join unnest($6::text[]) as r (id)
  order by r.id on conflict do nothing
