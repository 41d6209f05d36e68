select space_id as "spaceId", id from import
  where kind = 'destination_replay' and finished_at is null and (claim is null or claimed_until < $1::timestamptz)
  order by status = 'PAUSED', started_at, space_id, id limit 100
