select j.id, j.key, j.name, j.status, coalesce(r.active, 0) as active, coalesce(r.held, 0) as held,
  coalesce(r.entered, 0) as "entered24h"
  from journey j
  left join (
  select journey_id, count(*) filter (where status = 'active') as active, count(*) filter (where status = 'held') as held,
  count(*) filter (where entered_at > $1) as entered
  from journey_run where space_id = $2 group by journey_id) r on r.journey_id = j.id
  where j.space_id = $3 and j.deleted_at is null
  order by (j.status = 'live') desc, coalesce(r.entered, 0) desc, j.name limit 100
