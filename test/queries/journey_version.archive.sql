update journey_version set status = 'archived'
  where space_id = $1 and journey_id = $2 and status in ('live', 'draining') returning version
