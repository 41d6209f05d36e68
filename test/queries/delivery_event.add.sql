insert into delivery_event (space_id, profile_id, id, message_id, kind, happened_at, detail)
  select $1, r.profile_id, r.id, r.message_id, r.kind, r.happened_at, r.detail::jsonb
  from unnest($2::uuid[], $3::uuid[], $4::uuid[],
  $5::text[], $6::timestamptz[], $7::text[])
  as r (profile_id, id, message_id, kind, happened_at, detail)
  order by r.profile_id, r.id on conflict do nothing returning id
