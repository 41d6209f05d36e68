with free as materialized (
  select "audience_id" from "audience_state" where space_id = $1 and "audience_id" = $2 for share skip locked)
  select exists (select from "audience_state" s where s.space_id = $3 and s."audience_id" = $4)
  and not exists (select from free) as evaluated
