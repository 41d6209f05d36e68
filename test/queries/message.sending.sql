update message m set status = 'sending', claimed_at = $1, address = r.address, address_type = r.address_type
  from unnest($2::uuid[], $3::uuid[], $4::text[],
  $5::text[]) as r (profile_id, id, address, address_type)
  where m.space_id = $6 and m.profile_id = r.profile_id and m.id = r.id and m.status = 'queued' and coalesce(m.claim::text, '') = $7::text
  returning m.id
