update journey set status = 'live', draft = null, live_version = $1, entries_from = $2, updated_by = $3, updated_at = $4
  where space_id = $5 and id = $6
