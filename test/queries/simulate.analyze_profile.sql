analyze simulated_profile (space_id, id, collection, merged_into)
