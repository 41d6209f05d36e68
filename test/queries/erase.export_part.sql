delete from export_part where space_id = $1 returning 1 as one
