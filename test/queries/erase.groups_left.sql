select g.address, g.group_id from unnest($1::text[]) as r (address)
  join group_subscription g on g.space_id = $2 and g.address = r.address and g.status = 'unsubscribed'
