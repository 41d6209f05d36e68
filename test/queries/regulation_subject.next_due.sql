select min(forgotten_at) as at, count(*)::integer as count from regulation_subject
  where space_id = $1 and regulation_id = $2 and status <> 'FINISHED'
