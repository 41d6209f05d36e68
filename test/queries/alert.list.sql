select a.*, coalesce(s.name, a.source_id) as source_name
  from alert a left join source s on s.space_id = $1 and s.id = a.source_id
  where a.space_id = $2 and (not $3::boolean or a.closed_at is null)
  order by a.opened_at desc, a.id limit $4
