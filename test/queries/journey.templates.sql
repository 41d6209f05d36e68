select t.key, t.name, t.channel,
  case when v.version is null then 'it has no content yet' end as error
  from template t
  left join template_version v on v.space_id = $1 and v.template_id = t.id and v.version = t.version
  where t.space_id = $2 and t.deleted_at is null
