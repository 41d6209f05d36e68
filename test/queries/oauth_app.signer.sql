select a.*, k.public_key from oauth_app a join oauth_key k on k.app_id = a.id and k.space_id = a.space_id
  where a.id = $1 and k.id = $2
