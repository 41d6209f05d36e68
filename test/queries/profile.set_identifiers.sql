update profile set identifiers = $1::jsonb, updated_at = $2::timestamptz where space_id = $3 and id = $4::uuid
