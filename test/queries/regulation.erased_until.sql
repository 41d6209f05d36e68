select max(coalesce(finished_at, $1::timestamptz)) as at from regulation
  where space_id = $2 and type not in ('SUPPRESS_ONLY', 'UNSUPPRESS') and status <> 'INITIALIZED'
