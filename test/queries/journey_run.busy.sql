select r.profile_id
  from unnest($1::uuid[]) as c (profile_id)
  join journey_run r on r.profile_id = c.profile_id
  where r.space_id = $2 and r.status in ('active', 'held')
  group by r.profile_id having count(*) >= $3
