insert into audience_preview (space_id, id, asked, counted, requested_by, requested_at, expires_at, claim, claimed_until)
  values ($1, $2, $3::jsonb, $4, $5, $6::timestamptz,
  $7::timestamptz, $8, $9::timestamptz)
