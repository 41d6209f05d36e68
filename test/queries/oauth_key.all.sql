select * from oauth_key where space_id = $1 order by created_at, id
