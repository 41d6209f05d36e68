select step, count(*) as here from journey_run
  where space_id = $1 and journey_id = $2 and version = $3 and status in ('active', 'held') and step is not null
  group by step
