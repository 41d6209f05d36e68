with gone as (delete from "journey_transition" where space_id = $1 and profile_id = $2::uuid returning "journey_transition".*)
  insert into "journey_transition" select moved.* from gone,
  lateral jsonb_populate_record(null::"journey_transition", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
