select t.id, t.key, t.version, t.options, t.collection, t.definition, t.created_at as "createdAt", s.status,
  s.evaluated_version as "evaluatedVersion", s.evaluation
  from computed_trait t join computed_trait_state s on s.space_id = $1 and s.computed_trait_id = t.id
  where t.space_id = $2 and "t"."enabled" and coalesce(("t"."options" ->> 'computeWithoutDestinations')::boolean, true) and t.deleted_at is null order by t.created_at, t.id
