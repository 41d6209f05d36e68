insert into sql_trait_staged (space_id, sql_trait_id, owner, member, hash, traits)
  select $1, $2, r.owner, r.member, r.hash, r.traits
  from unnest($3::text[], $4::text[], $5::text[],
  $6::text[]) as r (owner, member, hash, traits)
  on conflict do nothing returning owner
