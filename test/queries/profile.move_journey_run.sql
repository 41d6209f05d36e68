with gone as (delete from "journey_run" where space_id = $1 and profile_id = $2::uuid returning "journey_run".*)
  insert into "journey_run" select moved.* from gone,
  lateral jsonb_populate_record(null::"journey_run", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
