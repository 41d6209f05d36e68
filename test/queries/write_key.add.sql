insert into write_key (key, space_id, source_id) values ($1, $2, $3)
