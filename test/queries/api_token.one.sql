select id, kind, name, created_by, created_at, sees_personal_data, last_used_at, revoked_at, revoked_by from api_token where space_id = $1 and id = $2
