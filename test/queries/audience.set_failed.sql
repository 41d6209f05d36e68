update "audience_state" set status = $1, reason = $2, failures = failures + 1, evaluated_version = 0
  where space_id = $3 and "audience_id" = $4
