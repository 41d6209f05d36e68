select count(*) as count from "computed_trait" d
  where d.space_id = $1 and d.deleted_at is null and case $2::text when '' then true when 'root' then d.folder_id is null else d.folder_id = $3 end
  and case $4::text when 'key' then starts_with(d.key, $5) when 'name' then d.name ilike $6
  else d.name ilike $7 or d.key ilike $8 end
