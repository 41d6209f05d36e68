select v.definition, v.status = 'live' as live, v.status = 'live' and j.status = 'live' as entered from journey_version v
  join journey j on j.space_id = $1 and j.id = v.journey_id
  where v.space_id = $2 and v.journey_id = $3 and v.status in ('live', 'draining')
