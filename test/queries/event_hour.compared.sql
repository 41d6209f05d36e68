select source_id, type, name, jsonb_object_agg(extract(epoch from hour)::bigint, count) as counts from event_hour
  where space_id = $1 and hour = any($2::timestamptz[])
  group by source_id, type, name order by source_id, type, name
