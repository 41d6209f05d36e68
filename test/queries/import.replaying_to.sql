select id from import where space_id = $1 and kind = 'destination_replay' and finished_at is null
  and header ->> 'destinationId' = $2::text limit 1
