insert into computation_due (space_id, computation_id, batch, profiles)
  select $1, r.id, r.batch, r.profiles
  from unnest($2::text[], $3::text[], $4::bigint[])
  as r (id, batch, profiles)
  order by r.id, r.batch on conflict do nothing
