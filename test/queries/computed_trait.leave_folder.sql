update "computed_trait" set folder_id = null where space_id = $1 and folder_id = $2
