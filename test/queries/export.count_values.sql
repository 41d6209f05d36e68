select count(*) as count from computed_value where space_id = $1 and computed_trait_id = $2
