select count(*) as count from "audience" d
  where d.space_id = $1 and d.deleted_at is null and case $2::text when 'key' then starts_with(d.key, $3) when 'name' then d.name ilike $4
  else d.name ilike $5 or d.key ilike $6 end
