delete from "event_delivery" where space_id = $1 and profile_id in (select r.id from unnest($2::uuid[]) as r (id))
