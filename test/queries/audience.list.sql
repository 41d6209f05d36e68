select d.id, d.key, d.name, d.description, d.enabled, d.version, d."condition" as definition, d.options,
  d.created_by as "createdBy", d.updated_by as "updatedBy", d.created_at as "createdAt", d.updated_at as "updatedAt",
  case when d.enabled then s.status else 'Disabled' end as status, s.reason, s.evaluated_at as "evaluatedAt", s.member_count as count
  from "audience" d join "audience_state" s on s.space_id = $1 and s."audience_id" = d.id
  where d.space_id = $2 and d.deleted_at is null and case $3::text when 'key' then starts_with(d.key, $4) when 'name' then d.name ilike $5
  else d.name ilike $6 or d.key ilike $7 end order by d.created_at desc, d.id
  limit $8::integer offset $9::integer
