with hit as materialized (select "t"."sql_trait_id", "t"."number" from "sql_trait_run" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."error"), p.text) > 0))
  update "sql_trait_run" t set "error" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."sql_trait_id" = "h"."sql_trait_id" and "t"."number" = "h"."number" returning 1 as one
