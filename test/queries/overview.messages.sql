select count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'sending') as sending,
  count(*) filter (where status = 'sent') as sent, count(*) filter (where status = 'skipped') as skipped,
  count(*) filter (where status = 'failed') as failed, count(*) filter (where status = 'uncertain') as uncertain,
  count(distinct profile_id) filter (where status = 'sent') as people,
  count(distinct journey_id) filter (where status = 'sent') as journeys
  from message where space_id = $1 and created_at > $2
