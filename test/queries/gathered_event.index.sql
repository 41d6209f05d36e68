create index on pg_temp.gathered_event (profile_id, name, timestamp)
