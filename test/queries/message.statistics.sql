select exists (
  select from pg_stats where schemaname = current_schema() and tablename = 'message' and attname = 'space_id') as known
