select j.id, j.key, j.name, r.reason, r.evidence from journey_refusal r join journey j on j.id = r.journey_id
  where r.space_id = $1 and j.space_id = $2 and r.profile_id = any($3::uuid[])
  and r.happened_at >= $4::timestamptz order by j.name, r.id
