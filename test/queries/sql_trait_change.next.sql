select c.owner, c.member, c.traits, false as spoken
  from sql_trait_change c where c.space_id = $1 and c.sql_trait_id = $2 and c.hash is not null
  order by c.owner, c.member limit $3::integer
