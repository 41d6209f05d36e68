delete from event_delivery where space_id = $1 and (profile_id, id) in (
  select profile_id, id from event_delivery where space_id = $2 and received_at < $3::timestamptz limit $4)
  returning id
