select min(case when e.timestamp > w.since then e.timestamp + ($1::timestamptz - w.since)
  else $2::timestamptz + interval '1 millisecond' end) as at
  from unnest($3::text[], $4::timestamptz[])
  as w (name, since)
  cross join lateral (select v.timestamp from event v where v.space_id = $5 and v.name = w.name
  and v.timestamp >= w.since order by v.timestamp limit 1) as e
