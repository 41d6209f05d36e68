select space_id as "spaceId", name from api_token where hash = $1
