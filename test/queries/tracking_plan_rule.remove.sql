delete from tracking_plan_rule where space_id = $1 and plan_id = $2 and (type, key, version) in (
  select r.type, r.key, r.version from unnest($3::text[], $4::text[],
  $5::int[]) as r (type, key, version))
  returning type, key, version
