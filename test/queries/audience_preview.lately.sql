select count(*) filter (where status = 'RUNNING') as running, count(*) filter (where counted) as month
  from audience_preview where space_id = $1 and requested_at > $2::timestamptz
