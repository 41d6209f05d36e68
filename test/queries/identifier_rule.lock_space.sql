select id from space where id = $1 for update
