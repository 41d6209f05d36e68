update journey set name = case when $1::text is null then name else $2::text end,
  description = case when $3::text is null then description else $4::text end,
  draft = case when $5::jsonb is null then draft else $6::jsonb end,
  updated_by = $7, updated_at = $8
  where space_id = $9 and id = $10 and deleted_at is null
