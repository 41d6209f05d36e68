select m.id, m.channel, t.name as template, m.step, m.status, m.reason, m.created_at, m.sent_at from message m
  left join template t on t.space_id = $1 and t.id = m.template_id
  where m.space_id = $2 and m.profile_id = $3::uuid and m.run_id = $4::uuid order by m.created_at, m.id
