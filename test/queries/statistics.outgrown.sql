select t.name from (
  select c.relname as name, greatest(c.reltuples, 0) as known, coalesce(s.n_live_tup, 0) + coalesce((
  select sum(p.n_live_tup) from pg_inherits i join pg_stat_user_tables p on p.relid = i.inhrelid where i.inhparent = c.oid), 0) as live
  from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition) t
  where t.live >= 500 and t.live > 2 * t.known order by t.name
