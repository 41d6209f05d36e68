with gone as (delete from "membership_change" where space_id = $1 and profile_id = $2::uuid returning "membership_change".*)
  insert into "membership_change" select moved.* from gone,
  lateral jsonb_populate_record(null::"membership_change", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
