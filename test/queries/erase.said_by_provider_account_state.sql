with hit as materialized (select "t"."account_id" from "provider_account_state" t where t.space_id = $1
  and exists (select from unnest($2::text[]) as p (text) where strpos(lower("t"."reason"), p.text) > 0))
  update "provider_account_state" t set "reason" = 'is about a person who was erased' from hit h
  where t.space_id = $3 and "t"."account_id" = "h"."account_id" returning 1 as one
