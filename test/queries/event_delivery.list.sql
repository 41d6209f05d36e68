select profile_id, id, destination_id, message_id, type, name, payload, replay, status, reason, detail, warnings, attempts,
  due_at, received_at, tried_at, finished_at
  from event_delivery where space_id = $1 and destination_id = $2
  
  and ($3::text is null or status = $4::text)
  and ($5::timestamptz is null or (received_at, id) < ($6::timestamptz, $7::uuid))
  order by received_at desc, id desc limit $8
