insert into simulated_moment (n, id, profile_id, at, shift, wrote)
  select n, lpad(to_hex(n), 32, '0')::uuid, profile_id, at, make_interval(secs => $1::float8 - date_part('epoch', at)), '{}' from (
  select row_number() over () as n, profile_id, at from (
  select p.id as profile_id, $2::timestamptz as at from simulated_profile p
  union all
  select h.profile_id, h.timestamp + a.age * interval '1 millisecond'
  from simulated_history h cross join unnest($3::float8[]) as a (age)
  where h.name = any($4::text[])
  and h.timestamp + a.age * interval '1 millisecond' > $5::timestamptz
  and h.timestamp + a.age * interval '1 millisecond' <= $6::timestamptz) t) numbered
