insert into source_count (space_id, source_id, slot, type, outcome, count)
  select $1, r.source_id, r.slot, r.type, r.outcome, r.count
  from unnest($2::text[], $3::timestamptz[],
  $4::text[], $5::text[], $6::bigint[])
  as r (source_id, slot, type, outcome, count)
  on conflict (space_id, source_id, slot, type, outcome) do update set count = source_count.count + excluded.count
