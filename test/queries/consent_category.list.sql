select * from consent_category where space_id = $1 order by id
