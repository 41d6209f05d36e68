with gone as (delete from "computed_value" where space_id = $1 and profile_id = $2::uuid returning "computed_value".*)
  insert into "computed_value" select moved.* from gone,
  lateral jsonb_populate_record(null::"computed_value", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
