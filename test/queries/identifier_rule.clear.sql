delete from identifier_rule where space_id = $1
