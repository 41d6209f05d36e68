with gone as (delete from "event" where space_id = $1 and profile_id = $2::uuid returning "event".*)
  insert into "event" select moved.* from gone,
  lateral jsonb_populate_record(null::"event", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
