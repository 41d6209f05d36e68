select set_config('statement_timeout', $1, true) from "computed_trait_state"
  where space_id = $2 and "computed_trait_id" = $3 for update skip locked
