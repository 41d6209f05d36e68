select code, subject, sum(count)::bigint as count, min(first_at) as first_at, max(last_at) as last_at from source_drop
  where space_id = $1 and source_id = $2 and hour >= $3::timestamptz
  group by code, subject order by sum(count) desc, code, subject limit 500
