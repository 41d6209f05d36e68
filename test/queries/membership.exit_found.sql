delete from membership where space_id = $1 and (audience_id, profile_id) in (
  select c.audience_id, c.profile_id from pg_temp.gathered_change c where c.space_id = $2 and c.change = 'exited')
