insert into "computed_trait_state" (space_id, "computed_trait_id") values ($1, $2)
