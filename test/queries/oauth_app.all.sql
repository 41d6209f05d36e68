select * from oauth_app where space_id = $1 order by name, id
