with hit as materialized (select c.source_id, c.id from source_call c
  where c.space_id = $1 and exists (select from unnest($2::text[], $3::text[]) as p (text, pattern)
  where strpos(lower(c.raw), lower(p.text)) > 0 and c.raw ~ p.pattern))
  delete from source_call c using hit h where c.space_id = $4 and c.source_id = h.source_id and c.id = h.id returning 1 as one
