select name, count(*) as count from event where space_id = $1 and source_id = $2
  and timestamp >= $3::timestamptz and timestamp < $4::timestamptz group by name order by name
