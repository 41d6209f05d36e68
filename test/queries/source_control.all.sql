select source_id, controls from source_control where space_id = $1 order by source_id
