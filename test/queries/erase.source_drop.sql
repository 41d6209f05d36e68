with hit as materialized (select d.source_id, d.hour, d.code, d.subject from source_drop d
  where d.space_id = $1 and exists (select from unnest($2::text[]) as p (text) where strpos(lower(d.sample), p.text) > 0))
  update source_drop d set sample = 'null', message_id = null from hit h
  where d.space_id = $3 and d.source_id = h.source_id and d.hour = h.hour and d.code = h.code and d.subject = h.subject returning 1 as one
