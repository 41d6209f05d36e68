delete from event_delivery where space_id = $1 and destination_id = $2 and status in ('queued', 'held', 'sending')
