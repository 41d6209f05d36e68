insert into import_part (space_id, import_id, part, content) values ($1, $2, $3::bigint, $4)
