delete from outbox where space_id = $1 and claim = $2 and topic = $3
