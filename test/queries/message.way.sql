select t.id as template_id, t.version,
  (select a.id from provider_account a where a.space_id = $1 and a.channel = $2 and a.enabled
  order by a.created_at, a.id limit 1) as account_id,
  (select g.id from subscription_group g where g.space_id = $3 and g.name = $4::text) as group_id
  from template t
  where t.space_id = $5 and t.key = $6 and t.channel = $7 and t.deleted_at is null
