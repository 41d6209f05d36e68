select f.* from journey_failure f
  where f.space_id = $1 and ($2::text is null or f.journey_id = $3::text)
  order by f.version desc, f.step, f.last_at desc limit $4
