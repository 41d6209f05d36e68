with gone as (delete from "connection_told" where space_id = $1 and profile_id = $2::uuid returning "connection_told".*)
  insert into "connection_told" select moved.* from gone,
  lateral jsonb_populate_record(null::"connection_told", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
