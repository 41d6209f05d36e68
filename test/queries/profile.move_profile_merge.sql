with gone as (delete from "profile_merge" where space_id = $1 and profile_id = $2::uuid returning "profile_merge".*)
  insert into "profile_merge" select moved.* from gone,
  lateral jsonb_populate_record(null::"profile_merge", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
