update journey_version v set status = n.status
  from unnest($1::integer[], $2::text[]) as n (version, status)
  where v.space_id = $3 and v.journey_id = $4 and v.version = n.version
