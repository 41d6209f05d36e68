select t.*, s.next_run_at, s.traits from sql_trait t
  join sql_trait_state s on s.space_id = $1 and s.sql_trait_id = t.id
  where t.space_id = $2 and t.deleted_at is null order by t.created_at desc, t.id
