update import set status = $1, claim = null, claimed_until = null
  where space_id = $2 and id = $3 and kind = 'destination_replay' and status = any($4::text[]) returning id
