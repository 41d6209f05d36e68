select s.evaluated_at as at from "computed_trait_state" s join "computed_trait" d
  on d.space_id = $1 and d.id = s."computed_trait_id" and d.deleted_at is null
  where s.space_id = $2 and s."computed_trait_id" = $3
