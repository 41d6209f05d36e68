select id from consent_category where space_id = $1 and id = $2 for update
