select id, source_id, max(plan_id) as plan_id, max(event_type) as event_type, max(event_name) as event_name, max(type) as type,
  max(field) as field, max(description) as description, sum(count)::bigint as count, sum(blocked)::bigint as blocked,
  (array_agg(sample order by hour desc))[1] as sample, max(last_at) as last_at
  from violation_hour where space_id = $1 and hour > $2::timestamptz
  and ($3::text is null or source_id = $4::text)
  and ($5::text is null or plan_id = $6::text)
  and ($7::text is null or event_name = $8::text)
  group by source_id, id order by count desc, id limit 500
