insert into pg_temp.gathered_profile select p.* from profile p where p.space_id = $1 and p.id in (
  select d.profile_id from pg_temp.gathered_due d where d.space_id = $2)
