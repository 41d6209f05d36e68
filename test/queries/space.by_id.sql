select * from space where id = $1
