insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at)
  select $1, m.profile_id, md5(m.audience_id || $2::text || $3::text)::uuid, m.audience_id, 'entered', $4::timestamptz
  from membership m
  where m.space_id = $5 and m.profile_id = $6::uuid and 'exited' = (
  select c.change from membership_change c
  where c.space_id = $7 and c.profile_id = $8::uuid and c.audience_id = m.audience_id
  order by c.changed_at desc, c.evaluation desc nulls first limit 1)
  order by m.audience_id on conflict do nothing
