with hit as materialized (select "t"."computed_trait_id" from "computed_trait_state" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."reason"), p.text) > 0))
  update "computed_trait_state" t set "reason" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."computed_trait_id" = "h"."computed_trait_id" returning 1 as one
