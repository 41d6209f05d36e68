select d.version from "audience"
  d where d.space_id = $1 and d.id = $2 and "d"."enabled" and coalesce(("d"."options" ->> 'computeWithoutDestinations')::boolean, true) and d.deleted_at is null
