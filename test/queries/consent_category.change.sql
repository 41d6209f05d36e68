update consent_category set name = $1, tools = $2::text[], enabled = $3,
  updated_by = $4, updated_at = $5::timestamptz
  where space_id = $6 and id = $7
