insert into profile_change (space_id, profile_id, id, event_names, trait_keys, changed_at)
  select $1, r.profile_id, r.id, r.event_names::text[], r.trait_keys::text[], $2::timestamptz
  from unnest($3::uuid[], $4::uuid[],
  $5::text[], $6::text[])
  as r (profile_id, id, event_names, trait_keys)
