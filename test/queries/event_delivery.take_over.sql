update event_delivery set status = 'queued', claim = null, claimed_at = null
  where space_id = $1 and destination_id = $2 and status = 'sending' and claimed_at < $3::timestamptz
