select type, outcome,
  coalesce(sum(count) filter (where slot >= $1::timestamptz), 0)::bigint as count,
  coalesce(sum(count) filter (where slot >= $2::timestamptz and slot < $3::timestamptz), 0)::bigint as complete,
  coalesce(sum(count) filter (where slot < $4::timestamptz), 0)::bigint as before
  from source_count where space_id = $5 and source_id = $6 and slot >= $7::timestamptz
  and slot < $8::timestamptz
  group by type, outcome order by type, outcome
