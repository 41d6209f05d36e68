with gone as (delete from "membership" where space_id = $1 and profile_id = $2::uuid returning "membership".*)
  insert into "membership" select moved.* from gone,
  lateral jsonb_populate_record(null::"membership", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
