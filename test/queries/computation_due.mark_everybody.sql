insert into computation_due (space_id, computation_id, batch, profile_id)
  select $1, r.id, $2, $3::uuid from unnest($4::text[]) as r (id)
  on conflict do nothing
