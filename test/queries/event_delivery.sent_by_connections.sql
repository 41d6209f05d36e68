select profile_id, destination_id, message_id, status, attempts, case when status = 'sending' then payload end as payload
  from event_delivery where space_id = $1 and profile_id in (select r.id from unnest($2::uuid[]) as r (id))
  and strpos(message_id, 'personas_') = 1
