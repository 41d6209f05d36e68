update audience_state set evaluation = evaluation + 1,
  evaluated_at = case when evaluated_at > $1::timestamptz then evaluated_at else $2::timestamptz end
  where space_id = $3 and audience_id in (select audience_id from audience_state
  where space_id = $4 and audience_id = any($5::text[]) order by audience_id for update skip locked)
  returning audience_id as id, evaluation as number, evaluated_at as at, evaluated_version as "evaluatedVersion",
  set_config('statement_timeout', $6, true), set_config('jit', 'off', true)
