select j.id, j.name from journey j
  where j.space_id = $1 and j.deleted_at is null and (
  (j.status <> 'archived' and jsonb_path_exists(j.draft, $2::jsonpath, jsonb_build_object('key', $3::text, 'within', $4::text || '.')))
  or exists (select from journey_version v where v.space_id = $5 and v.journey_id = j.id and v.status <> 'archived'
  and jsonb_path_exists(v.definition, $6::jsonpath, jsonb_build_object('key', $7::text, 'within', $8::text || '.'))))
  order by j.name, j.id
