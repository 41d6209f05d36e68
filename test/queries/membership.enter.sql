insert into membership (space_id, audience_id, profile_id, entered_at)
  select c.space_id, c.audience_id, c.profile_id, c.changed_at from membership_change c
  where c.space_id = $1 and c.audience_id = $2 and c.changed_at = $3::timestamptz and c.evaluation = $4::bigint and c.change = 'entered' order by c.profile_id on conflict do nothing
