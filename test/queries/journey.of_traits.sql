select distinct k.key, j.id, j.name
  from journey j left join journey_version v on v.space_id = $1 and v.journey_id = j.id and v.status <> 'archived'
  cross join unnest($2::text[]) as k (key)
  where j.space_id = $3 and j.deleted_at is null and (
  jsonb_path_exists(j.draft, $4::jsonpath, jsonb_build_object('key', k.key, 'within', k.key || '.'))
  or jsonb_path_exists(v.definition, $5::jsonpath, jsonb_build_object('key', k.key, 'within', k.key || '.')))
  order by k.key, j.name, j.id
