update "computed_trait_state" set evaluation = evaluation + 1,
  evaluated_at = case when evaluated_at > $1::timestamptz then evaluated_at else $2::timestamptz end
  where space_id = $3 and "computed_trait_id" = $4 and "computed_trait_id" in (
  select "computed_trait_id" from "computed_trait_state" where space_id = $5 and "computed_trait_id" = $6 for update skip locked)
  returning evaluation as number, evaluated_at as at, evaluated_version as "evaluatedVersion",
  set_config('statement_timeout', $7, true), set_config('max_parallel_workers_per_gather',
  least(current_setting('max_parallel_workers_per_gather')::integer, 1)::text, true)
