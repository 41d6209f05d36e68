insert into simulated_moment (n, id, profile_id, at, shift, wrote, context)
  select n, lpad(to_hex(n), 32, '0')::uuid, m.profile_id, m.instant, make_interval(secs => $1::float8 - date_part('epoch', m.instant)), m.wrote::jsonb, m.context::jsonb
  from (select n, profile_id, timestamptz 'epoch' + at * interval '1 millisecond' as instant, wrote, context
  from unnest($2::uuid[], $3::float8[],
  $4::text[], $5::text[])
  with ordinality as u (profile_id, at, wrote, context, n)) m
