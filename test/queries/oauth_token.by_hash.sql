select t.space_id, t.app_id, t.scopes, t.expires_at, t.revoked_at, a.name
  from oauth_token t join oauth_app a on a.id = t.app_id and a.space_id = t.space_id where t.hash = $1
