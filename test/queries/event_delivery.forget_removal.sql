delete from "event_delivery" where space_id = $1 and profile_id = $2::uuid
