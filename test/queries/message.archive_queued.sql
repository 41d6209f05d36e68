update message set status = 'skipped', reason = 'journey_archived'
  where space_id = $1 and status = 'queued' and claim is null and (profile_id, id) in (
  select m.profile_id, m.id from message m join journey_run r on r.space_id = $2 and r.profile_id = m.profile_id and r.id = m.run_id
  where m.space_id = $3 and m.journey_id = $4 and m.status = 'queued' and m.claim is null and r.end_reason = 'archived'
  order by m.profile_id, m.id limit $5)
  returning id
