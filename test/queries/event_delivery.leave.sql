delete from event_delivery where space_id = $1
  and profile_id in (select r.id from unnest($2::uuid[]) as r (id)) and status in ('queued', 'held')
  returning profile_id, destination_id, message_id, status, attempts, case when strpos(message_id, 'personas_') = 1 then payload end as payload
