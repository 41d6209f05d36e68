select m.id, m.profile_id, m.channel, m.status, m.reason, m.attempts, m.address, m.template_id, m.template_version, m.purpose,
  m.group_id, m.variables, m.journey_id, m.run_id, m.step, m.due_at, m.created_at, m.sent_at,
  coalesce(nullif(concat_ws(' ', p.traits ->> 'first_name', p.traits ->> 'last_name'), ''), p.traits ->> 'name', p.identifiers -> 'email' ->> 0) as person,
  t.name as template_name, coalesce((
  select jsonb_agg(jsonb_build_object('kind', d.kind, 'happened_at', d.happened_at, 'detail', d.detail) order by d.happened_at, d.id)
  from delivery_event d where d.space_id = $1 and d.profile_id = m.profile_id and d.message_id = m.id), '[]') as events from message m
  left join profile p on p.space_id = $2 and p.id = m.profile_id
  left join template t on t.space_id = $3 and t.id = m.template_id
  where m.space_id = $4 and m.id = $5
