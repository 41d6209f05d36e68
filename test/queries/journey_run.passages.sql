select j.id, j.key, j.name, r.id as "runId", r.status, r.step, r.end_reason as reason, r.entered_at >= $1::timestamptz as started, v.definition
  from journey_run r
  join journey j on j.id = r.journey_id
  join journey_version v on v.journey_id = r.journey_id and v.version = r.version
  where r.space_id = $2 and j.space_id = $3 and v.space_id = $4 and r.profile_id = any($5::uuid[])
  and (r.arrived_at >= $6::timestamptz or r.ended_at >= $7::timestamptz)
  order by j.name, r.id
