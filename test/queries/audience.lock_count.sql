select audience_id from audience_state where space_id = $1 and audience_id = $2 for update skip locked
