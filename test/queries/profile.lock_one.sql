select merged_into, identifiers from profile where space_id = $1 and id = $2::uuid for update
