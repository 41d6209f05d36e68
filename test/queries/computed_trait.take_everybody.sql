with taken as (
  delete from computation_due where space_id = $1 and computation_id = $2 returning batch, profiles)
  select (select bool_or(t.profiles is not null or t.batch like '%.wake %' or t.batch like 'everybody changed %') from taken t) as "wasBehind",
  (select d.version from "computed_trait"
  d where d.space_id = $3 and d.id = $4 and "d"."enabled" and coalesce(("d"."options" ->> 'computeWithoutDestinations')::boolean, true) and d.deleted_at is null) as version
