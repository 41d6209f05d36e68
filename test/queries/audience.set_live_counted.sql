update audience_state s set status = 'Live', reason = null, failures = 0, evaluated_version = $1::integer, member_count = $2::bigint where s.space_id = $3 and s.audience_id = $4
