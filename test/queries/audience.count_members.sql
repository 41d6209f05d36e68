update audience_state set member_count = member_count + $1::bigint where space_id = $2 and audience_id = $3
