with gone as (
  delete from computation_due where space_id = $1 and computation_id = $2 returning profile_id)
  select coalesce(bool_or(profile_id <> $3::uuid), false) as profiles from gone
