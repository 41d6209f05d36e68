select id from space order by id
