select c.owner, c.member, c.traits, exists (
  select from sql_trait_change n where n.space_id = $1 and n.sql_trait_id = $2 and n.owner = c.owner and n.hash is not null)
  or exists (
  select from sql_trait_row r where r.space_id = $3 and r.sql_trait_id = $4 and r.owner = c.owner and not exists (
  select from sql_trait_change g where g.space_id = $5 and g.sql_trait_id = $6 and g.owner = r.owner and g.member = r.member)) as spoken
  from sql_trait_change c where c.space_id = $7 and c.sql_trait_id = $8 and c.hash is null
  order by c.owner, c.member limit $9::integer
