insert into pg_temp.gathered_due select d.* from due_profile d where d.space_id = $1 and d.batch in (select unnest($2::text[]))
