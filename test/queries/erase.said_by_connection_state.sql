with hit as materialized (select "t"."connection_id" from "connection_state" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."last_error"), p.text) > 0))
  update "connection_state" t set "last_error" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."connection_id" = "h"."connection_id" returning 1 as one
