insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, entered, exited, drift)
  select $1, $2, $3::uuid, $4, $5::timestamptz, d.ms,
  $6::bigint, $7::bigint, $8::bigint
  from (select (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::integer as ms) as d
  on conflict do nothing
