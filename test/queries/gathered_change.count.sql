select c.audience_id as id, count(*) filter (where c.change = 'entered') as entered,
  count(*) filter (where c.change = 'exited') as exited
  from pg_temp.gathered_change c where c.space_id = $1 group by c.audience_id
