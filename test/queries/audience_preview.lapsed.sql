select space_id as "spaceId", id from audience_preview
  where status = 'RUNNING' and claimed_until < $1::timestamptz order by claimed_until, space_id, id limit 10
