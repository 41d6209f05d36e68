select space_id as "spaceId", id from regulation
  where due_at <= $1::timestamptz and (claim is null or claimed_until < $2::timestamptz) order by due_at, space_id, id limit 10
