select profile_id as "profileId", message_id as "messageId", type, name, timestamp, properties, context,
  source_id as "sourceId"
  from event where space_id = $1 and profile_id = any ($2::uuid[]) and name = any ($3::text[])
  and ($4::timestamptz is null or timestamp <= $5::timestamptz)
  order by timestamp desc, message_id limit $6::integer
