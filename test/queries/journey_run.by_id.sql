select r.*, coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), ''),
  p.identifiers -> 'email' ->> 0) as name from journey_run r
  left join profile p on p.space_id = $1 and p.id = r.profile_id
  where r.space_id = $2 and r.journey_id = $3 and r.id = $4::uuid
