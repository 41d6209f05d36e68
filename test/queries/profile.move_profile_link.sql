with gone as (delete from "profile_link" where space_id = $1 and profile_id = $2::uuid returning "profile_link".*)
  insert into "profile_link" select moved.* from gone,
  lateral jsonb_populate_record(null::"profile_link", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
