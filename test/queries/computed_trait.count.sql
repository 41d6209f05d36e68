select count(*) as count from "computed_trait" d
  where d.space_id = $1 and d.deleted_at is null and (d.name ilike $2 or d.key ilike $3)
