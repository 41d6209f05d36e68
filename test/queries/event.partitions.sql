select pg_get_expr(c.relpartbound, c.oid) as bounds from pg_inherits i
  join pg_class c on c.oid = i.inhrelid where i.inhparent = 'event'::regclass
