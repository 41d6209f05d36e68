select id, kind, source_id, opened_at, closed_at, subjects from alert
  where space_id = $1 and closed_at is null and kind = any($2::text[]) order by id
