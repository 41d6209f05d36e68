select set_config('statement_timeout', $1, true) from "audience_state"
  where space_id = $2 and "audience_id" = $3 for update skip locked
