insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
  select $1, d.profile_id, md5($2::text || d.profile_id)::uuid, $3, d.change, $4::timestamptz, $5::bigint
  from unnest($6::uuid[], $7::text[]) as d (profile_id, change)
