select space_id as "spaceId", id from audience_preview
  where expires_at <= $1::timestamptz order by expires_at, space_id, id limit 50
