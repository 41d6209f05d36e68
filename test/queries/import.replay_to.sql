select id, source_id as "sourceId", header as sending, status, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", expected, taken as queued, reached, error from import
  where space_id = $1 and id = $2 and kind = 'destination_replay' and header ->> 'destinationId' = $3::text
