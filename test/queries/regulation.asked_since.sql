select coalesce(sum(subject_count), 0)::integer as count from regulation
  where space_id = $1 and created_at >= $2::timestamptz and type <> 'UNSUPPRESS'
