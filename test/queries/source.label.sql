update source set labels = $1::text[] where space_id = $2 and id = $3 returning id
