select from computation_wake where space_id = $1 and computation_id = $2 and profile_id = $3::uuid
  and due_at > $4::timestamptz
