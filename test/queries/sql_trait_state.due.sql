select space_id as "spaceId", sql_trait_id as id from sql_trait_state
  where next_run_at <= $1::timestamptz and (claim is null or claimed_until < $2::timestamptz)
  order by next_run_at, space_id, sql_trait_id limit 20
