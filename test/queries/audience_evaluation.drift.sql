select count(*) as count from membership_change c
  where c.space_id = $1 and c.audience_id = $2 and c.changed_at = $3::timestamptz and c.evaluation = $4::bigint
  and not exists (select from profile_change p where p.space_id = $5 and p.profile_id = c.profile_id)
  and not exists (select from computation_due d join due_profile q on q.space_id = $6 and q.batch = d.batch and q.profile_id = c.profile_id
  where d.space_id = $7 and d.computation_id = $8)
