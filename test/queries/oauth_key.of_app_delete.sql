delete from "oauth_key" where space_id = $1 and app_id = $2
