select e.type, case when e.type = 'track' then e.name else '' end as name, p.key, array_agg(distinct jsonb_typeof(p.value)) as kinds
  from event e cross join lateral jsonb_each(e.properties) as p (key, value)
  where e.space_id = $1 and e.source_id = $2 and e.timestamp > $3::timestamptz and e.type <> 'alias'
  group by 1, 2, 3 order by 1, 2, 3
