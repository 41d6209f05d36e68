select * from connection where space_id = $1
  and (computation_id = $2::text or destination_id = $3::text) order by id
