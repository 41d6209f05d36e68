select coalesce(w.id, p.id) as id, coalesce(w.identifiers, p.identifiers) as identifiers
  from profile p left join profile w on w.space_id = $1 and w.id = p.merged_into
  where p.space_id = $2 and p.id = $3::uuid
