select message_id, source_id from event where space_id = $1 and profile_id = $2::uuid
  order by timestamp desc, message_id desc limit 1
