select * from source_call where space_id = $1 and source_id = $2
  and ($3::uuid is null or id > $4::uuid)
  and ($5::text is null or status = $6::text) and ($7::text is null or type = $8::text)
  and ($9::text is null or name = $10::text)
  and ($11::text is null or raw ilike $12::text)
  order by id desc limit $13
