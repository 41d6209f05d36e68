with gone as (delete from "delivery_event" where space_id = $1 and profile_id = $2::uuid returning "delivery_event".*)
  insert into "delivery_event" select moved.* from gone,
  lateral jsonb_populate_record(null::"delivery_event", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
