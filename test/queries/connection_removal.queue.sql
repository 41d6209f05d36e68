update connection_removal set ids = '[]', queued_at = $1::timestamptz, due_at = $2::timestamptz
  where space_id = $3 and profile_id = $4::uuid and queued_at is null returning 1 as one
