select space_id as "spaceId", id from import
  where status = 'RUNNING' and kind = 'replay' and (claim is null or claimed_until < $1::timestamptz)
  order by started_at, space_id, id limit 10
