delete from computation_due where space_id = $1 and profiles is not null and (computation_id, batch) in (
  select * from unnest($2::text[], $3::text[]))
  returning computation_id as id, batch
