insert into membership (space_id, audience_id, profile_id, entered_at)
  select $1, r.audience_id, $2::uuid, r.entered_at
  from unnest($3::text[], $4::timestamptz[]) as r (audience_id, entered_at)
  order by r.audience_id on conflict do nothing returning audience_id
