select g.address, g.group_id, g.status, g.updated_at
  from unnest($1::text[], $2::text[]) as r (address, group_id)
  join group_subscription g on g.space_id = $3 and g.address = r.address and g.group_id = r.group_id
