select enabled, strict, oauth_app_id as "oauthAppId", oauth_enforced as "oauthEnforced" from source
  where space_id = $1 and id = $2
