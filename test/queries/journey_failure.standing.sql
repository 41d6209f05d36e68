select r.cohort_id, count(*) as runs from journey_run r
  where r.space_id = $1 and r.cohort_id in (select unnest($2::uuid[]))
  and r.status not in ('completed', 'exited')
  group by r.cohort_id
