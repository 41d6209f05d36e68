with gone as (delete from "message" where space_id = $1 and profile_id = $2::uuid returning "message".*)
  insert into "message" select moved.* from gone,
  lateral jsonb_populate_record(null::"message", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
