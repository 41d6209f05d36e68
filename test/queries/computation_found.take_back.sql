delete from computation_found where space_id = $1 and computation_id = $2 and profile_id in (select x.profile_id from (select d.profile_id from due_profile d where d.space_id = $3 and d.batch = any($4::text[])
  union all select c.profile_id from profile_change c where c.space_id = $5
  union all select g.loser_id from profile_merge g where g.space_id = $6 and g.merged_at >= $7::timestamptz) as x)
