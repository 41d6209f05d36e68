select p.id, p.identifiers, p.merged_into from profile p where p.space_id = $1 and p.id = $2::uuid
