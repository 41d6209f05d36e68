select channel, status, count(*) as count from message
  where space_id = $1 group by channel, status order by channel, status
