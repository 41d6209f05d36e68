select space_id as "spaceId", name, sees_personal_data as "seesPersonalData" from api_token where hash = $1
