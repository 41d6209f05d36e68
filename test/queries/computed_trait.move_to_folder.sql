update "computed_trait" set folder_id = $1
  where space_id = $2 and deleted_at is null and id in (select unnest($3::text[])) returning id
