select v.version, v.status, exists (
  select from journey_run r where r.space_id = $1 and r.journey_id = v.journey_id and r.version = v.version
  and r.status in ('active', 'held')) as unfinished
  from journey_version v where v.space_id = $2 and v.journey_id = $3 order by v.version
