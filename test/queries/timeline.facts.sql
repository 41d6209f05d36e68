select at, kind, key, subject, detail, about, data from (
  (
  select e.timestamp as at, case when e.type = 'identify' then 'trait' else 'event' end as kind, e.message_id as key,
  e.name as subject, e.type as detail, null as about, e.properties as data
  from event e where e.space_id = $1 and e.profile_id = $2 and e.timestamp <= $3
  and (e.type = 'identify' and $4::boolean or e.type <> 'identify' and $5::boolean)
  order by e.timestamp desc, e.message_id desc limit $6)
  union all 
  select c.changed_at, 'audience', c.id::text, a.name, c.change, c.audience_id, null
  from membership_change c join audience a on a.space_id = $7 and a.id = c.audience_id
  where c.space_id = $8 and c.profile_id = $9 and c.changed_at <= $10 and $11::boolean
  union all 
  select r.entered_at, 'run', r.id::text, j.name, 'entered', r.journey_id || '/runs/' || r.id::text, null
  from journey_run r join journey j on j.space_id = $12 and j.id = r.journey_id
  where r.space_id = $13 and r.profile_id = $14 and r.entered_at <= $15 and $16::boolean
  and r.branch = ''
  union all
  select r.ended_at, 'run', r.id::text || '.end', j.name, r.status, r.journey_id || '/runs/' || r.id::text,
  jsonb_build_object('reason', r.end_reason)
  from journey_run r join journey j on j.space_id = $17 and j.id = r.journey_id
  where r.space_id = $18 and r.profile_id = $19 and r.ended_at <= $20 and $21::boolean
  union all
  select t.happened_at, 'run', t.run_id::text || '.' || t.id, j.name, 'step', r.journey_id || '/runs/' || r.id::text,
  jsonb_build_object('step', t.step, 'branch', t.branch, 'definition', v.definition -> 'steps' -> t.step)
  from journey_transition t
  join journey_run r on r.space_id = $22 and r.profile_id = $23 and r.id = t.run_id
  join journey j on j.space_id = $24 and j.id = r.journey_id
  left join journey_version v on v.space_id = $25 and v.journey_id = r.journey_id and v.version = r.version
  where t.space_id = $26 and t.profile_id = $27 and t.happened_at <= $28 and $29::boolean
  and t.step is not null and t.branch is not null
  union all
  select f.happened_at, 'run', f.id::text, j.name, 'refused', f.journey_id, f.evidence || jsonb_build_object('refusal', f.reason)
  from journey_refusal f join journey j on j.space_id = $30 and j.id = f.journey_id
  where f.space_id = $31 and f.profile_id = $32 and f.happened_at <= $33 and $34::boolean
  union all 
  select m.created_at, 'message', m.id::text, coalesce(p.name, m.template_id), m.status, m.id::text,
  jsonb_build_object('channel', m.channel, 'address', m.address, 'reason', m.reason, 'purpose', m.purpose)
  from message m left join template p on p.space_id = $35 and p.id = m.template_id
  where m.space_id = $36 and m.profile_id = $37 and m.created_at <= $38 and $39::boolean
  union all
  select d.happened_at, 'delivery', d.id::text, coalesce(p.name, ''), d.kind, d.message_id::text,
  jsonb_build_object('channel', m.channel)
  from delivery_event d
  join message m on m.space_id = $40 and m.profile_id = $41 and m.id = d.message_id
  left join template p on p.space_id = $42 and p.id = m.template_id
  where d.space_id = $43 and d.profile_id = $44 and d.happened_at <= $45 and $46::boolean
  ) facts
  where at < $47 or at = $48 and key collate "C" < $49
  order by at desc, key collate "C" desc limit $50
