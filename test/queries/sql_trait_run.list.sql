select * from sql_trait_run where space_id = $1 and sql_trait_id = $2
  order by number desc limit $3::integer
