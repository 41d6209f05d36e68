insert into journey_refusal (space_id, profile_id, id, journey_id, reason, evidence, happened_at)
  select $1, r.profile_id, r.id, $2, r.reason, r.evidence::jsonb, $3::timestamptz
  from unnest($4::uuid[], $5::uuid[], $6::text[],
  $7::text[]) as r (profile_id, id, reason, evidence)
  on conflict do nothing
