update connection_state set passing = true, again = true, resync = resync + 1, reached = null
  where space_id = $1 and connection_id = $2
