insert into tracking_plan_rule (space_id, plan_id, type, key, version, json_schema, created_at, updated_at)
  select $1, $2, r.type, r.key, r.version, r.json_schema::jsonb, $3::timestamptz, $4::timestamptz
  from unnest($5::text[], $6::text[], $7::int[],
  $8::text[]) as r (type, key, version, json_schema)
  on conflict (space_id, plan_id, type, key, version) do update set json_schema = excluded.json_schema, updated_at = excluded.updated_at
