with passed as (
  insert into due_profile (space_id, batch, profile_id)
  select c.space_id, $1, c.profile_id from membership_change c
  where c.space_id = $2 and c.audience_id = $3 and c.changed_at = $4::timestamptz and c.evaluation = $5::bigint order by c.profile_id on conflict do nothing returning profile_id)
  select count(*) as profiles from passed
