with next as materialized (
  select profile_id, id from profile_change where space_id = $1 and claim is null
  order by changed_at, profile_id, id limit $2::integer for update skip locked),
  taken as (
  delete from profile_change where space_id = $3 and (profile_id, id) in (select profile_id, id from next)
  returning profile_id, event_names, trait_keys, changed_at),
  mentioned as (
  insert into due_profile (space_id, batch, profile_id)
  select distinct $4, $5::text || '.' || m.mention, n.profile_id
  from taken t
  left join profile p on p.space_id = $6 and p.id = t.profile_id
  cross join lateral (
  select 'event' as kind, unnest(t.event_names) as name, t.profile_id
  union all select 'trait', unnest(t.trait_keys), t.profile_id
  union all select 'new', '', t.profile_id where p.created_at >= t.changed_at
  union all select 'any', '', t.profile_id where '*' = any(t.trait_keys) or cardinality(t.event_names || t.trait_keys) = 0
  union all select 'any', '', g.loser_id from profile_merge g where g.space_id = $7 and g.profile_id = t.profile_id
  and g.merged_at >= t.changed_at - interval '1 minute') as n
  join unnest($8::integer[], $9::text[],
  $10::text[]) as m (mention, kind, name) on m.kind = n.kind and m.name = n.name
  order by 2, n.profile_id on conflict do nothing returning batch),
  due as (
  insert into computation_due (space_id, computation_id, batch, profiles)
  select $11, c.computation_id, b.batch, b.profiles
  from (select batch, count(*) as profiles from mentioned group by batch) b
  join unnest($12::integer[], $13::text[]) as c (mention, computation_id)
  on b.batch = $14::text || '.' || c.mention
  order by c.computation_id, b.batch on conflict do nothing returning computation_id)
  select (select count(*) from taken) as taken, array(select distinct computation_id from due order by 1) as computations
