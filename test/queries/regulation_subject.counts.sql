select status, count(*)::integer as count from regulation_subject
  where space_id = $1 and regulation_id = $2 group by status order by status
