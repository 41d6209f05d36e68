with hit as materialized (select "t"."audience_id" from "audience_state" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."reason"), p.text) > 0))
  update "audience_state" t set "reason" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."audience_id" = "h"."audience_id" returning 1 as one
