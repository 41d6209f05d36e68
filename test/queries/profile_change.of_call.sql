select c.profile_id, c.event_names, c.trait_keys, p.created_at >= c.changed_at as fresh
  from profile_change c join profile p on p.id = c.profile_id
  where c.space_id = $1 and p.space_id = $2 and c.profile_id = any($3::uuid[]) and c.changed_at = $4::timestamptz
