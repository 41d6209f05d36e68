delete from "audience_interest" where space_id = $1 and "audience_id" = $2 and consumer = $3
