delete from "oauth_token" where space_id = $1 and app_id = $2
