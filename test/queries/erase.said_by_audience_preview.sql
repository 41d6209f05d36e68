with hit as materialized (select "t"."id" from "audience_preview" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."failure"), p.text) > 0))
  update "audience_preview" t set "failure" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."id" = "h"."id" returning 1 as one
