select id, asked, status, estimate, size, results, identifiers, failure, requested_at as "requestedAt", expires_at as "expiresAt" from audience_preview where space_id = $1 and id = $2
  and requested_at > $3::timestamptz and asked <> '{}'
