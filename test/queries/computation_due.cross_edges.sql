with crossed as (
  insert into due_profile (space_id, batch, profile_id)
  select distinct $1, $2::text || '.edge ' || w.edge, e.profile_id
  from unnest($3::integer[], $4::text[],
  $5::timestamptz[],
  $6::timestamptz[],
  $7::text[]) as w (edge, name, since, until, mentioned)
  cross join lateral (select v.profile_id from event v where v.space_id = $8 and v.name = w.name
  and v.timestamp >= w.since and v.timestamp <= w.until offset 0) as e
  where not exists (select from due_profile d where d.space_id = $9 and d.batch = w.mentioned and d.profile_id = e.profile_id offset 0)
  and not exists (select from profile_change c where c.space_id = $10 and c.profile_id = e.profile_id and c.claim is null
  and w.name = any(c.event_names) offset 0)
  order by 2, e.profile_id on conflict do nothing returning batch)
  select batch, count(*) as profiles from crossed group by batch
