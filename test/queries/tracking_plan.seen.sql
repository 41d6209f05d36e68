select type, name, count(*) as count from event
  where space_id = $1 and source_id = $2 and timestamp > $3::timestamptz
  group by type, name order by count desc, name limit 2000
