select reached, claim is not null and claimed_until >= $1::timestamptz as busy from import
  where space_id = $2 and id = $3 for update
