select * from space where slug = $1
