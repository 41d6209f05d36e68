with woken as (
  delete from computation_wake where space_id = $1 and due_at <= $2::timestamptz and (computation_id, profile_id) in (
  select computation_id, profile_id from computation_wake where space_id = $3 and due_at <= $4::timestamptz
  for update skip locked)
  returning computation_id, profile_id)
  insert into computation_due (space_id, computation_id, batch, profile_id)
  select $5, w.computation_id, $6, w.profile_id
  from woken w join unnest($7::text[]) as c (id) on c.id = w.computation_id
  order by w.computation_id, w.profile_id on conflict do nothing
