select c.type, c.name, sum(d.allowed)::bigint as count, max(c.last_at) as "lastAt"
  from catalog_seen c cross join lateral (
  select coalesce(sum((e.value ->> 0)::bigint), 0) as allowed from jsonb_each(c.days) e) d
  where c.space_id = $1 and c.path = '' and c.type in ('track', 'page', 'screen')
  group by c.type, c.name having sum(d.allowed) > 0 order by sum(d.allowed) desc, c.name limit $2
