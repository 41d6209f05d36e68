create index on pg_temp.gathered_profile (id)
