insert into pg_temp.gathered_due (space_id, batch, profile_id) select $1, k.batch, c.profile_id from pg_temp.gathered_change c join unnest($2::text[], $3::text[]) as k (id, batch)
  on k.id = c.audience_id where c.space_id = $4
