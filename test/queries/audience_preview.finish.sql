update audience_preview set status = $1, finished_at = $2::timestamptz, claim = null, claimed_until = null,
  failure = $3, size = $4::bigint,
  results = case when $5::boolean then results else $6::jsonb end,
  identifiers = $7::jsonb
  where space_id = $8 and id = $9 and claim = $10 and status = 'RUNNING'
