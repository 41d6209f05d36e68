update source set name = coalesce($1::text, name),
  enabled = coalesce($2::boolean, enabled), strict = coalesce($3::boolean, strict)
  where space_id = $4 and id = $5 returning id
