select id, kind, source_id as "sourceId", file_name as "fileName", bytes, status, requested_by as "requestedBy",
  started_at as "startedAt", finished_at as "finishedAt", expected, reached, taken, duplicates, refused, error from import
  where space_id = $1 and id = $2 and kind <> 'destination_replay'
