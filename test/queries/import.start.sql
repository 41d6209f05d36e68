insert into import (space_id, id, kind, source_id, file_name, bytes, requested_by, started_at, expected, header)
  values ($1, $2, $3, $4, $5, $6::bigint, $7,
  $8::timestamptz, $9::bigint, $10::jsonb)
  on conflict do nothing
