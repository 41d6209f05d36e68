select id, source_id as "sourceId", header as sending, status, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", expected, taken as queued, reached, error from import
  where space_id = $1 and kind = 'destination_replay' and header ->> 'destinationId' = $2::text
  order by started_at desc, id limit 50
