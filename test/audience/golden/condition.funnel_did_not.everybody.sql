select p.id as profile_id
  from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null and exists (select
  from event e
  left join (select "e1"."profile_id", array_agg("e1"."timestamp" order by "e1"."timestamp") as times
       
  from event "e1"
  where "e1"."space_id" = $2 and "e1"."name" = $3 and "e1"."profile_id" in (select r.profile_id
  from event r
  where r.space_id = $4 and r.name = $5 and r.timestamp < $6::timestamptz
  group by r.profile_id)
  group by "e1"."profile_id") "after_0_0"
      on "after_0_0"."profile_id" = e.profile_id
  where e.space_id = $7 and e.name = $8 and e.timestamp < $9::timestamptz and not (("after_0_0"."times")[width_bucket(e.timestamp, "after_0_0"."times") + 1] <= least(e.timestamp + $10::bigint * interval '1 millisecond')) is true and e.profile_id = p.id) and p.identifiers ?| $11::text[]
