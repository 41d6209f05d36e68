update oauth_app set name = coalesce($1::text, name), token_days = coalesce($2::integer, token_days),
  scopes = coalesce($3::text[], scopes)
  where space_id = $4 and id = $5
