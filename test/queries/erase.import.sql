with hit as materialized (select i.id from import i where i.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower(i.file_name), p.text) > 0))
  update import i set file_name = 'erased.csv' from hit h where i.space_id = $3 and i.id = h.id returning 1 as one
