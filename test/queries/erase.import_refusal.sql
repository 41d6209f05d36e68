with hit as materialized (select r.import_id, r.line from import_refusal r
  where r.space_id = $1 and exists (select from unnest($2::text[]) as p (text) where strpos(lower(r.message), p.text) > 0))
  update import_refusal r set message = 'is about a person who was erased' from hit h
  where r.space_id = $3 and r.import_id = h.import_id and r.line = h.line returning 1 as one
