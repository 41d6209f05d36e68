select c.channel, c.address, c.group_id as "group", c.previous as before, c.status as after from subscription_change c
  where c.space_id = $1 and c.address = any($2::text[]) and c.changed_at >= $3::timestamptz
  order by c.address, c.channel, c.group_id nulls first
