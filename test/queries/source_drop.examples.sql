select distinct on (code, subject) code, subject, reason, sample, message_id from source_drop
  where space_id = $1 and source_id = $2 and hour >= $3::timestamptz order by code, subject, hour desc
