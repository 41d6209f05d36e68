with crossed as (
  insert into due_profile (space_id, batch, profile_id)
  select distinct $1, $2::text || '.edge ' || w.edge, e.profile_id
  from unnest($3::integer[], $4::text[],
  $5::timestamptz[],
  $6::timestamptz[]) as w (edge, name, since, until)
  cross join lateral (select v.profile_id from event v where v.space_id = $7 and v.name = w.name
  and v.timestamp >= w.since and v.timestamp <= w.until offset 0) as e
  order by 2, e.profile_id on conflict do nothing returning batch)
  select batch, count(*) as profiles from crossed group by batch
