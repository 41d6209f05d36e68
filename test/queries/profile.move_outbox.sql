with gone as (delete from "outbox" where space_id = $1 and profile_id = $2::uuid returning "outbox".*)
  insert into "outbox" select moved.* from gone,
  lateral jsonb_populate_record(null::"outbox", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
