select name from source where space_id = $1 and oauth_app_id = $2 order by name limit 20
