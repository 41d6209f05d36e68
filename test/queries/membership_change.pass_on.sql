insert into computation_due (space_id, computation_id, batch, profile_id)
  select c.space_id, r.id, $1, c.profile_id
  from membership_change c cross join unnest($2::text[]) as r (id)
  where c.space_id = $3 and c.audience_id = $4 and c.changed_at = $5::timestamptz and c.evaluation = $6::bigint order by r.id, c.profile_id on conflict do nothing
