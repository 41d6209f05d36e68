insert into export_part (space_id, export_id, part, content) values ($1, $2, $3::integer, $4)
