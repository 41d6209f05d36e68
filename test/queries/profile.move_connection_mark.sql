with gone as (delete from "connection_mark" where space_id = $1 and profile_id = $2::uuid returning "connection_mark".*)
  insert into "connection_mark" select moved.* from gone,
  lateral jsonb_populate_record(null::"connection_mark", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
