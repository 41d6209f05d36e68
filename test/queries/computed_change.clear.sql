delete from computed_change where space_id = $1 and computed_trait_id = $2
