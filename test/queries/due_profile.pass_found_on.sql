insert into due_profile (space_id, batch, profile_id) select $1, k.batch, c.profile_id from pg_temp.gathered_change c join unnest($2::text[], $3::text[]) as k (id, batch)
  on k.id = c.audience_id where c.space_id = $4
  order by k.batch, c.profile_id on conflict do nothing
