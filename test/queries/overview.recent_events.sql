select count(*) as day, count(*) filter (where timestamp > $1) as moment,
  count(distinct name) as names
  from (select name, timestamp from event
  where space_id = $2 and timestamp > $3 and timestamp <= $4 order by timestamp desc limit $5) e
