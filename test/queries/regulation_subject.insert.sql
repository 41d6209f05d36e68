insert into regulation_subject (space_id, regulation_id, hash, type, value, status)
  select $1, $2, r.hash, r.type, r.value, 'INITIALIZED'
  from unnest($3::text[], $4::text[], $5::text[]) as r (hash, type, value)
  order by r.hash
