with hit as materialized (select v.source_id, v.hour, v.id from violation_hour v
  where v.space_id = $1 and exists (select from unnest($2::text[], $3::text[]) as p (text, pattern)
  where strpos(lower(v.sample), lower(p.text)) > 0 and v.sample ~ p.pattern))
  update violation_hour v set sample = 'null' from hit h
  where v.space_id = $4 and v.source_id = h.source_id and v.hour = h.hour and v.id = h.id returning 1 as one
