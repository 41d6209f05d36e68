select v.journey_id, v.version, v.definition, v.published_at, j.status = 'live' and v.status = 'live' as open, j.entries_from
  from journey j join journey_version v on v.space_id = $1 and v.journey_id = j.id
  where j.space_id = $2 and j.status in ('live', 'paused') and j.deleted_at is null and v.status in ('live', 'draining')
  order by v.journey_id, v.version
