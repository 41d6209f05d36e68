select source_id, event_type, event_name, sum(count)::bigint as count, max(last_at) as last_at,
  array_agg(distinct field order by field) as fields
  from violation_hour where space_id = $1 and hour >= $2::timestamptz
  group by source_id, event_type, event_name order by source_id, event_type, event_name
