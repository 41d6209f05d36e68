with woken as (
  delete from computation_wake where space_id = $1 and due_at <= $2::timestamptz and (computation_id, profile_id) in (
  select computation_id, profile_id from computation_wake where space_id = $3 and due_at <= $4::timestamptz
  for update skip locked)
  returning computation_id, profile_id),
  waking as (
  insert into due_profile (space_id, batch, profile_id)
  select $5, $6::text || '.wake ' || w.computation_id, w.profile_id from woken w
  order by 2, w.profile_id on conflict do nothing returning batch, profile_id)
  insert into computation_due (space_id, computation_id, batch, profiles)
  select $7, c.id, b.batch, b.profiles
  from (select batch, case when bool_or(profile_id = $8::uuid) then null else count(*) end as profiles
  from waking group by batch) b
  join unnest($9::text[]) as c (id) on b.batch = $10::text || '.wake ' || c.id
  order by c.id on conflict do nothing
