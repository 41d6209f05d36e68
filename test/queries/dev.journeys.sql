select j.id, j.name, j.status, v.definition
  from journey j left join journey_version v on v.space_id = $1 and v.journey_id = j.id and v.version = j.live_version
  where j.space_id = $2 and j.deleted_at is null order by j.created_at, j.name
