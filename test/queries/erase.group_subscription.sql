delete from "group_subscription" where space_id = $1
  and address in (select r.address from unnest($2::text[]) as r (address)) returning 1 as one
