update import set status = $1, claim = null, claimed_until = null,
  finished_at = $2::timestamptz
  where space_id = $3 and id = $4 and kind = 'replay' and status = any($5::text[]) returning id
