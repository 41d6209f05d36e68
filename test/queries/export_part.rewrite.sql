update export_part set content = $1 where space_id = $2 and export_id = $3 and part = $4::integer
