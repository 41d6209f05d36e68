select s.evaluated_at as at from "audience_state" s join "audience" d
  on d.space_id = $1 and d.id = s."audience_id" and d.deleted_at is null
  where s.space_id = $2 and s."audience_id" = $3
