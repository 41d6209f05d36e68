with moved as (
  update journey_run r set step = $1::text, cohort_id = $2::uuid, visit = $3, loops = 0, status = $4::text,
  end_reason = $5::text, arrived_at = $6::timestamptz, arrived_mark = $7::text,
  due_at = $8::timestamptz, ended_at = $9::timestamptz
  where r.space_id = $10 and r.cohort_id = $11::uuid and r.status = $12::text
  returning 1)
  select count(*)::integer as moved from moved
