delete from "delivery_attempt" where space_id = $1 and profile_id = $2::uuid
