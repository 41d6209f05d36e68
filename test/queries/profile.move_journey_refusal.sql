with gone as (delete from "journey_refusal" where space_id = $1 and profile_id = $2::uuid returning "journey_refusal".*)
  insert into "journey_refusal" select moved.* from gone,
  lateral jsonb_populate_record(null::"journey_refusal", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
