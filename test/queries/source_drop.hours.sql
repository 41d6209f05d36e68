select hour, sum(count)::bigint as count from source_drop
  where space_id = $1 and source_id = $2 and hour >= $3::timestamptz group by hour order by hour
