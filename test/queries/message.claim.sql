with next as materialized (
  select profile_id, id from message
  where space_id = $1 and provider_account_id = $2 and status = 'queued' and claim is null and due_at <= $3
  order by due_at, profile_id, id limit $4 for update skip locked)
  update message m set claim = $5, claimed_at = $6 from next n
  where m.space_id = $7 and m.profile_id = n.profile_id and m.id = n.id and m.status = 'queued' and coalesce(m.claim::text, '') = ''
  returning m.space_id, m.profile_id, m.id, m.key, m.channel, m.provider_account_id, m.template_id, m.template_version, m.purpose,
  m.group_id, m.address, m.address_type, m.variables, m.journey_id, m.run_id, m.step, m.attempts, m.due_at, m.created_at
