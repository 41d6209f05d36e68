select * from identifier_rule where space_id = $1 order by type
