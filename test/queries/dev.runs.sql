select journey_id, case when status in ('active', 'held') then step end as step,
  status not in ('active', 'held') as ended, count(*) as count
  from journey_run where space_id = $1 group by 1, 2, 3
