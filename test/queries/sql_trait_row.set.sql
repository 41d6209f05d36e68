insert into sql_trait_row (space_id, sql_trait_id, owner, member, hash)
  select c.space_id, c.sql_trait_id, c.owner, c.member, c.hash from sql_trait_change c where c.space_id = $1 and c.sql_trait_id = $2 and (c.owner, c.member) <= ($3::text, $4::text) and c.hash is not null
  order by c.owner, c.member
  on conflict (space_id, sql_trait_id, owner, member) do update set hash = excluded.hash
