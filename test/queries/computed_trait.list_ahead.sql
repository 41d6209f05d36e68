select d.id, d.created_at as "createdAt" from "computed_trait" d
  where d.space_id = $1 and d.deleted_at is null and case $2::text when '' then true when 'root' then d.folder_id is null else d.folder_id = $3 end
  and case $4::text when 'key' then starts_with(d.key, $5) when 'name' then d.name ilike $6
  else d.name ilike $7 or d.key ilike $8 end
  and (d.created_at > $9::timestamptz or d.created_at = $10::timestamptz and d.id <= $11)
  order by d.created_at, d.id desc limit $12::integer
