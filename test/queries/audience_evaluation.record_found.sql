insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, entered, exited, drift)
  select $1, k.id, k.record_id, 'incremental', k.at, d.ms, k.entered, k.exited, null
  from unnest($2::text[], $3::uuid[], $4::timestamptz[],
  $5::bigint[], $6::bigint[])
  as k (id, record_id, at, entered, exited),
  (select (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::integer as ms) as d
  order by k.id, k.record_id on conflict do nothing
