update "audience_state" set status = $1, reason = null where space_id = $2 and "audience_id" = $3
