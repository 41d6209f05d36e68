insert into computation_due (space_id, computation_id, batch, profiles)
  select $1, r.id, 'everybody ' || $2::text, null from unnest($3::text[]) as r (id)
  on conflict do nothing
