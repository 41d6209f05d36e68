select id from oauth_app where space_id = $1 and id = $2 for update
