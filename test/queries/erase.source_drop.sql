with hit as materialized (select d.source_id, d.hour, d.code, d.subject from source_drop d
  where d.space_id = $1 and exists (select from unnest($2::text[], $3::text[]) as p (text, pattern)
  where strpos(lower(d.sample), lower(p.text)) > 0 and d.sample ~ p.pattern))
  update source_drop d set sample = 'null', message_id = null from hit h
  where d.space_id = $4 and d.source_id = h.source_id and d.hour = h.hour and d.code = h.code and d.subject = h.subject returning 1 as one
