insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
  select c.space_id, c.profile_id, c.id, c.change,
  jsonb_build_object('audience_id', $1::text, 'audience_key', $2::text, 'change_id', c.id, 'changed_at', $3::text),
  c.changed_at, c.changed_at
  from membership_change c where c.space_id = $4 and c.audience_id = $5 and c.changed_at = $6::timestamptz and c.evaluation = $7::bigint
  and exists (select from audience_interest i where i.space_id = $8 and i.audience_id = $9)
  order by c.profile_id, c.id on conflict do nothing
