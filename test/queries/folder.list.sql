select f.id, f.name, f.description, f.created_by as "createdBy", f.updated_by as "updatedBy",
  f.created_at as "createdAt", f.updated_at as "updatedAt",
  (select count(*) from audience a where a.space_id = $1 and a.folder_id = f.id and a.deleted_at is null) as audiences,
  (select count(*) from computed_trait t where t.space_id = $2 and t.folder_id = f.id and t.deleted_at is null) as "computedTraits"
  from folder f where f.space_id = $3 and strpos(lower(f.name || ' ' || f.description), lower($4)) > 0 order by lower(f.name), f.id
