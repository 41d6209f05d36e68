delete from suppression where space_id = $1 and channel = $2 and address = $3
  returning address
