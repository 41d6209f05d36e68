delete from "membership" where space_id = $1 and "audience_id" = $2
