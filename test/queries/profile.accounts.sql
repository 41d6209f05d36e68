select p.* from profile p where p.space_id = $1 and p.id in (select unnest($2::uuid[]))
