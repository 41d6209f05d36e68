select profile_id, id from message where space_id = $1 and claim = $2
