select s.id from space s
  where not exists (select from alert_check c where c.space_id = s.id and c.hour >= $1::timestamptz) order by s.id
