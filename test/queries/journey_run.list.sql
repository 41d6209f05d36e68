select r.*, coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), ''),
  p.identifiers -> 'email' ->> 0) as name from journey_run r
  left join profile p on p.space_id = $1 and p.id = r.profile_id
  where r.space_id = $2 and r.journey_id = $3
  and ($4::text is null or (r.step = $5::text and r.status in ('active', 'held')))
  and ($6::text[] is null or r.status = any($7::text[]))
  and ($8::timestamptz is null or (r.entered_at, r.id) < ($9::timestamptz, $10::uuid))
  order by r.entered_at desc, r.id desc limit $11
