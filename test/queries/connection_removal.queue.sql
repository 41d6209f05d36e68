update connection_removal set ids = '[]', queued_at = $1::timestamptz, due_at = $2::timestamptz
  where space_id = $3 and profile_id in (select r.id from unnest($4::uuid[]) as r (id)) and queued_at is null returning profile_id as id
