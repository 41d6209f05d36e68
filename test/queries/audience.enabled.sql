select a.id, a.key, a.version, a.options, a.collection, a.condition as definition, a.created_at as "createdAt", s.status,
  s.evaluated_version as "evaluatedVersion", s.evaluation
  from audience a join audience_state s on s.space_id = $1 and s.audience_id = a.id
  where a.space_id = $2 and "a"."enabled" and coalesce(("a"."options" ->> 'computeWithoutDestinations')::boolean, true) and a.deleted_at is null order by a.created_at, a.id
