select s.channel, s.address, s.reason, s.profile_id, s.message_id, s.detail, s.suppressed_at
  from unnest($1::text[], $2::text[]) as r (channel, address)
  join suppression s on s.space_id = $3 and s.channel = r.channel and s.address = r.address
