select name, count(*) as count from event where space_id = $1 and source_id = $2
  and timestamp >= $3::timestamptz and timestamp < $4::timestamptz
  and ($5::text[] is null or type = any($6::text[]))
  and ($7::bigint is null or received_at < $8::timestamptz) group by name order by name
