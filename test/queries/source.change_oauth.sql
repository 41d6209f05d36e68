update source
  set oauth_app_id = case when $1::boolean then $2::text else oauth_app_id end,
  oauth_enforced = coalesce($3::boolean, oauth_enforced)
  where space_id = $4 and id = $5 returning oauth_app_id as app, oauth_enforced as enforced
