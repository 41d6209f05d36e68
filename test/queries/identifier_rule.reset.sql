delete from identifier_rule where space_id = $1 and type = $2 returning type
