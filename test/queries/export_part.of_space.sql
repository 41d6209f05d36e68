select export_id as "exportId", part from export_part where space_id = $1 order by export_id, part
