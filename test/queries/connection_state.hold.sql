update connection_state set holder = $1::uuid, held_until = $2::timestamptz
  where space_id = $3 and connection_id = $4
  and (holder is null or holder = $5::uuid or held_until < $6::timestamptz)
  returning list_id as "listId", attempts
