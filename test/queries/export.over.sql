select space_id as "spaceId", id from export
  where expires_at <= $1::timestamptz order by expires_at, space_id, id limit 10
