insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
  select c.space_id, c.profile_id, md5($1::text || c.profile_id)::uuid, 'computed',
  jsonb_build_object('computed_trait_id', $2::text), $3::timestamptz, $4::timestamptz
  from computed_change c where c.space_id = $5 and c.computed_trait_id = $6
  and exists (select from computed_interest i where i.space_id = $7 and i.computed_trait_id = $8)
  order by c.profile_id on conflict do nothing
