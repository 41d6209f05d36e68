update "audience_state" set status = 'Failed', reason = $1, failures = failures + 1, evaluated_version = 0
  where space_id = $2 and "audience_id" = $3 returning failures
