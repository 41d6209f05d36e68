insert into computation_due (space_id, computation_id, batch, profiles)
  select $1, k.id, k.batch, k.profiles
  from unnest($2::text[], $3::text[], $4::bigint[])
  as k (id, batch, profiles)
  order by k.id, k.batch on conflict do nothing
