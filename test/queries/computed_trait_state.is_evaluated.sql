with free as materialized (
  select "computed_trait_id" from "computed_trait_state" where space_id = $1 and "computed_trait_id" = $2 for share skip locked)
  select exists (select from "computed_trait_state" s where s.space_id = $3 and s."computed_trait_id" = $4)
  and not exists (select from free) as evaluated
