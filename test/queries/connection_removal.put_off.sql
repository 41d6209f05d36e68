update connection_removal set due_at = $1::timestamptz, attempts = attempts + $2::integer where space_id = $3 and profile_id in (select r.id from unnest($4::uuid[]) as r (id))
