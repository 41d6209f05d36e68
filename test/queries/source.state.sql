select enabled, strict, oauth_app_id as "oauthAppId", oauth_enforced as "oauthEnforced",
  exists (select from function_instance where space_id = $1 and integration_id = $2 and enabled) as inserting
  from source
  where space_id = $3 and id = $4
