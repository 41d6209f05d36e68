select c.n, bool_or(r.journey_id = $1 and (r.entry_key = c.entry_key
  or (r.identifier = c.identifier and (r.status in ('active', 'held') or r.arrived_mark >= c.mark collate "C")))) as known
  from unnest($2::uuid[], $3::text[],
  $4::text[], $5::text[])
  with ordinality as c (profile_id, entry_key, identifier, mark, n)
  join journey_run r on r.profile_id = c.profile_id
  where r.space_id = $6
  group by c.n
  having count(*) filter (where r.status in ('active', 'held')) >= $7
  or bool_or(r.journey_id = $8 and (r.entry_key = c.entry_key
  or (r.identifier = c.identifier and (r.status in ('active', 'held') or r.arrived_mark >= c.mark collate "C"))))
