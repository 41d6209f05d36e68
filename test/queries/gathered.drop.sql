drop table if exists pg_temp.gathered_event, pg_temp.gathered_profile, pg_temp.gathered_due, pg_temp.gathered_change
