insert into computation_due (space_id, computation_id, batch, profile_id)
  select c.space_id, r.id, $1, c.profile_id
  from computed_change c cross join unnest($2::text[]) as r (id)
  where c.space_id = $3 and c.computed_trait_id = $4 order by r.id, c.profile_id on conflict do nothing
