drop view pg_temp.profile, pg_temp.event
