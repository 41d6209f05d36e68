update import set claim = $1, claimed_until = $2::timestamptz
  where space_id = $3 and id = $4 and kind = 'destination_replay' and finished_at is null
  and (claim is null or claimed_until < $5::timestamptz)
  returning space_id as "spaceId", id, source_id as "sourceId", started_at as "startedAt", status, header as sending, reached, expected, claim
