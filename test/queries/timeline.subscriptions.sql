select c.changed_at as at, 'subscription' as kind, c.id::text as key, c.address as subject, c.status as detail, g.name as about,
  jsonb_build_object('channel', c.channel, 'previous', c.previous, 'origin', c.origin) as data
  from subscription_change c
  left join subscription_group g on g.space_id = $1 and g.id = c.group_id
  where c.space_id = $2 and c.address = any($3::text[])
  and (c.changed_at < $4 or c.changed_at = $5 and c.id::text collate "C" < $6)
  order by c.changed_at desc, c.id::text collate "C" desc limit $7
