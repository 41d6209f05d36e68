select a.id, a.key, a.name, a.collection, c.change from membership_change c join audience a on a.id = c.audience_id
  where c.space_id = $1 and a.space_id = $2 and c.profile_id = any($3::uuid[]) and c.changed_at >= $4::timestamptz
  order by c.changed_at, a.name, a.id
