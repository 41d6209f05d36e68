with gone as (delete from "identity_refusal" where space_id = $1 and profile_id = $2::uuid returning "identity_refusal".*)
  insert into "identity_refusal" select moved.* from gone,
  lateral jsonb_populate_record(null::"identity_refusal", to_jsonb(gone) || jsonb_build_object('profile_id', $3::text)) as moved
  on conflict do nothing
