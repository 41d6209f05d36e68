select slug from space where id = $1
