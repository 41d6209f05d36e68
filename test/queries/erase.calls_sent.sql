select source_id, type, case when type in ('identify', 'group') then '' else name end as name, count(*)::integer as calls
  from event where space_id = $1 and profile_id in (select r.id from unnest($2::uuid[]) as r (id))
  group by source_id, type, name order by source_id, type, name
