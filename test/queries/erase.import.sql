with hit as materialized (select i.id from import i where i.space_id = $1 and exists (
  select from unnest($2::text[]) as p (text) where strpos(lower(i.file_name), p.text) > 0 or strpos(lower(i.error), p.text) > 0))
  update import i set file_name = 'erased.csv', error = case when i.error is null then null else 'unexpected_error' end from hit h
  where i.space_id = $3 and i.id = h.id returning 1 as one
