select d.id, d.key, d.name, d.description, d.enabled, d.version, d.collection, d."condition" as definition, d.options, d.folder_id as "folderId",
  d.created_by as "createdBy", d.updated_by as "updatedBy", d.created_at as "createdAt", d.updated_at as "updatedAt",
  case when d.enabled then s.status else 'Disabled' end as status, s.reason, s.evaluated_at as "evaluatedAt", s.member_count as count
  from "audience" d join "audience_state" s on s.space_id = $1 and s."audience_id" = d.id
  where d.space_id = $2 and d.deleted_at is null and case $3::text when '' then true when 'root' then d.folder_id is null else d.folder_id = $4 end
  and case $5::text when 'key' then starts_with(d.key, $6) when 'name' then d.name ilike $7
  else d.name ilike $8 or d.key ilike $9 end order by d.created_at desc, d.id
  limit $10::integer offset $11::integer
