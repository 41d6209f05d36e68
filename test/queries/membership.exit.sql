delete from membership where space_id = $1 and audience_id = $2 and profile_id in (
  select c.profile_id from membership_change c where c.space_id = $3 and c.audience_id = $4 and c.changed_at = $5::timestamptz and c.evaluation = $6::bigint and c.change = 'exited')
