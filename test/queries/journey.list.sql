select j.*, v.definition as live_definition from journey j
  left join journey_version v on v.space_id = $1 and v.journey_id = j.id and v.version = j.live_version
  where j.space_id = $2 and j.deleted_at is null
  and ($3::timestamptz is null or (j.created_at, j.id) < ($4::timestamptz, $5))
  order by j.created_at desc, j.id desc limit $6
