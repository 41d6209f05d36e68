update sql_trait_state set claimed_until = $1::timestamptz
  where space_id = $2 and sql_trait_id = $3 and claim = $4::uuid returning run
