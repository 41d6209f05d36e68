insert into identifier_rule (space_id, type, value_limit, period, priority, blocked, seen, reads_traits)
  select $1, r.type, r.value_limit, r.period, r.priority, r.blocked::jsonb, r.seen, r.reads_traits
  from unnest($2::text[], $3::integer[], $4::text[],
  $5::integer[], $6::text[],
  $7::boolean[], $8::boolean[])
  as r (type, value_limit, period, priority, blocked, seen, reads_traits)
  order by r.type
