insert into identifier_rule (space_id, type, value_limit, period, priority, blocked, seen, reads_traits)
  values ($1, $2, $3::integer, $4, $5::integer, $6::jsonb, false, $7)
  on conflict (space_id, type) do update set value_limit = excluded.value_limit, period = excluded.period, priority = excluded.priority,
  blocked = excluded.blocked, seen = excluded.seen, reads_traits = excluded.reads_traits
