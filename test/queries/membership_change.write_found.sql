insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
  select c.space_id, c.profile_id, c.id, c.audience_id, c.change, c.changed_at, c.evaluation
  from pg_temp.gathered_change c where c.space_id = $1 order by c.profile_id, c.id
