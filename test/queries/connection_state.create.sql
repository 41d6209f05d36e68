insert into connection_state (space_id, connection_id, since) values ($1, $2, $3::timestamptz)
