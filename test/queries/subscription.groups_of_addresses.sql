select g.address, g.group_id, g.status, g.updated_at from unnest($1::text[]) as r (address)
  join group_subscription g on g.space_id = $2 and g.address = r.address
