with hit as materialized (select "t"."audience_id", "t"."id" from "audience_evaluation" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."error"), p.text) > 0))
  update "audience_evaluation" t set "error" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."audience_id" = "h"."audience_id" and "t"."id" = "h"."id" returning 1 as one
