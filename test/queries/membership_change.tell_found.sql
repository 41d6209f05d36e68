insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
  select c.space_id, c.profile_id, c.id, c.change,
  jsonb_build_object('audience_id', c.audience_id, 'audience_key', k.key, 'change_id', c.id,
  'changed_at', to_char(c.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  c.changed_at, c.changed_at
  from pg_temp.gathered_change c
  join unnest($1::text[], $2::text[]) as k (id, key) on k.id = c.audience_id
  where c.space_id = $3
  and exists (select from audience_interest i where i.space_id = $4 and i.audience_id = c.audience_id)
  order by c.profile_id, c.id on conflict do nothing
