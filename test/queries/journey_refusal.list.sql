select r.*, coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), ''),
  p.identifiers -> 'email' ->> 0) as name from journey_refusal r
  left join profile p on p.space_id = $1 and p.id = r.profile_id
  where r.space_id = $2 and r.journey_id = $3
  and ($4::timestamptz is null or (r.happened_at, r.id) < ($5::timestamptz, $6::uuid))
  order by r.happened_at desc, r.id desc limit $7
