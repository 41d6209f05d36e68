select p.id as profile_id
  from profile p
  left join (select e.profile_id
  from event e
  left join (select "e1"."profile_id", array_agg("e1"."timestamp" order by "e1"."timestamp") as times
       
  from event "e1"
  where "e1"."space_id" = $1 and "e1"."name" = $2 and "e1"."timestamp" >= $3::timestamptz and "e1"."profile_id" in (select r.profile_id
  from event r
  where r.space_id = $4 and r.name = $5 and r.timestamp >= $6::timestamptz and r.timestamp >= $7::timestamptz and r.timestamp <= $8::timestamptz
  group by r.profile_id)
  group by "e1"."profile_id") "after_0_0"
      on "after_0_0"."profile_id" = e.profile_id
  where e.space_id = $9 and e.name = $10 and (("after_0_0"."times")[width_bucket(e.timestamp, "after_0_0"."times") + 1] <= least(e.timestamp + $11::bigint * interval '1 millisecond')) is true and e.timestamp >= $12::timestamptz and e.timestamp <= $13::timestamptz
  group by e.profile_id
  having count(*) >= $14::bigint) "c" on "c"."profile_id" = p.id
  where p.space_id = $15 and p.collection = 'users' and p.merged_into is null and "c"."profile_id" is not null and p.identifiers ?| $16::text[]
