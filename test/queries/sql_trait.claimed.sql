select t.space_id as "spaceId", t.id, s.claim, t.warehouse_id as "warehouseId", t.query, t.times, s.run, s.attempts, s.resync, s.traits
  from sql_trait t join sql_trait_state s on s.space_id = $1 and s.sql_trait_id = t.id
  where t.space_id = $2 and t.id = $3 and t.enabled and t.deleted_at is null and s.claim = $4::uuid
