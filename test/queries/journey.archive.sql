update journey set status = 'archived', updated_by = $1, updated_at = $2 where space_id = $3 and id = $4
