with hit as materialized (select "t"."cohort_id", "t"."journey_id", "t"."version", "t"."step" from "journey_failure" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."error"), p.text) > 0))
  update "journey_failure" t set "error" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."cohort_id" = "h"."cohort_id" and "t"."journey_id" = "h"."journey_id" and "t"."version" = "h"."version" and "t"."step" = "h"."step" returning 1 as one
