update connection_state set live = $1, passing = $2, again = $3, reached = $4::uuid,
  synced_at = coalesce($5::timestamptz, synced_at)
  where space_id = $6 and connection_id = $7
