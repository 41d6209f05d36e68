select s.id from space s
  where exists (select from violation_hour v where v.space_id = s.id and v.hour >= $1::timestamptz)
  or exists (select from alert a where a.space_id = s.id and a.closed_at is null and a.kind = 'violations')
  order by s.id
