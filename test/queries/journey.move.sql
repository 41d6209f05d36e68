update journey set status = $1, entries_from = case when $2::text = 'live' then $3::timestamptz else entries_from end,
  updated_by = $4, updated_at = $5
  where space_id = $6 and id = $7
