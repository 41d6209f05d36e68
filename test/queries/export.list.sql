select id, kind, computation_id as "computationId", request, status, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", snapshot_at as "snapshotAt", expires_at as "expiresAt", expected, people, error from export where space_id = $1 and computation_id = $2
  order by started_at desc, id limit $3::integer
