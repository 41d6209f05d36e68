select count(*) as total from template
  where space_id = $1 and deleted_at is null and ($2::text is null or channel = $3::text)
