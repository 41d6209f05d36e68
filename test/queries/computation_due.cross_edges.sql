insert into computation_due (space_id, computation_id, batch, profile_id)
  select distinct $1, m.computation_id, $2, e.profile_id
  from unnest($3::integer[], $4::text[],
  $5::timestamptz[],
  $6::timestamptz[]) as w (edge, name, since, until)
  cross join lateral (select v.profile_id from event v where v.space_id = $7 and v.name = w.name
  and v.timestamp >= w.since and v.timestamp <= w.until offset 0) as e
  join unnest($8::integer[], $9::text[]) as m (edge, computation_id)
  on m.edge = w.edge
  order by m.computation_id, e.profile_id on conflict do nothing
