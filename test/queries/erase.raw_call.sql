with hit as materialized (select c.source_id, c.id from source_call c
  where c.space_id = $1 and exists (select from unnest($2::text[]) as p (text) where strpos(lower(c.raw), p.text) > 0))
  delete from source_call c using hit h where c.space_id = $3 and c.source_id = h.source_id and c.id = h.id returning 1 as one
