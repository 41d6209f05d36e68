select distinct on (r.sql_trait_id) r.* from sql_trait_run r where r.space_id = $1
  order by r.sql_trait_id, r.number desc
