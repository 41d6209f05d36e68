select d.id, d.key, d.name, d.description, d.enabled, d.version, d.collection, d."condition" as definition, d.options, d.folder_id as "folderId",
  d.created_by as "createdBy", d.updated_by as "updatedBy", d.created_at as "createdAt", d.updated_at as "updatedAt",
  case when d.enabled then s.status else 'Disabled' end as status, s.reason, s.evaluated_at as "evaluatedAt", s.member_count as count
  from "audience" d join "audience_state" s on s.space_id = $1 and s."audience_id" = d.id
  where d.space_id = $2 and d.deleted_at is null and (d.id = $3 or d.key = $4) order by (d.id = $5) desc limit 1
