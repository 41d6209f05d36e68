select mode, evaluated_at as "evaluatedAt", duration_ms as "durationMs", entered, exited, drift, error
  from audience_evaluation where space_id = $1 and audience_id = $2
  order by evaluated_at desc, id limit $3::integer
