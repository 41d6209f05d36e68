select * from api_token where hash = $1 and revoked_at is null
