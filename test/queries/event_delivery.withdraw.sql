update event_delivery set status = 'discarded', reason = 'REPLAY_CANCELLED', detail = 'The replay was cancelled before it was sent.',
  finished_at = $1::timestamptz, payload = null
  where space_id = $2 and replay_id = $3 and status in ('queued', 'held')
