select f.profile_id, f.message_id, f.type, f.name, f.payload, f.received_at from event_delivery f
  where f.space_id = $1 and f.destination_id = $2 and f.status = 'failed' and f.payload is not null
  and f.received_at >= $3::timestamptz and f.received_at < $4::timestamptz
  and ($5::text[] is null or f.type = any($6::text[])) and ($7::text[] is null or f.name = any($8::text[]))
  and not exists (select from event_delivery d where d.space_id = $9 and d.profile_id = f.profile_id
  and d.destination_id = $10 and d.message_id = f.message_id and d.status = 'delivered')
  order by f.received_at, f.id limit $11
