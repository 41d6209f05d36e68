select s.id, c.last from source s cross join lateral (
  select max(slot) as last from source_count where space_id = $1 and source_id = s.id) c
  where s.space_id = $2
