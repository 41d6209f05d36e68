with gone as (delete from event where space_id = $1 and profile_id = $2::uuid returning event.*)
  insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at) select $3, $4::uuid, timestamp, message_id, type, name, properties, context, source_id, received_at from gone
  on conflict do nothing
