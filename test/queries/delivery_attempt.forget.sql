delete from delivery_attempt
  where space_id = $1 and (profile_id, delivery_id, attempt, mapping_id) in (
  select profile_id, delivery_id, attempt, mapping_id from delivery_attempt
  where space_id = $2 and at < $3::timestamptz limit $4)
  returning delivery_id as id
