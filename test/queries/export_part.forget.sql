delete from export_part where space_id = $1 and export_id = $2 returning part
