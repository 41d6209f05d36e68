select journey_id as id,
  count(*) filter (where status = 'active') as active, count(*) filter (where status = 'held') as held,
  count(*) filter (where status = 'completed') as completed, count(*) filter (where status = 'exited') as exited,
  count(*) filter (where entered_at > $1::timestamptz) as "entered24h"
  from journey_run where space_id = $2 and journey_id = any($3::text[]) group by journey_id
