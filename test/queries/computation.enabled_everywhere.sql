select space_id as "spaceId", id from audience a where "a"."enabled" and coalesce(("a"."options" ->> 'computeWithoutDestinations')::boolean, true) and a.deleted_at is null
  union all select space_id, id from computed_trait t where "t"."enabled" and coalesce(("t"."options" ->> 'computeWithoutDestinations')::boolean, true) and t.deleted_at is null order by 1, 2
