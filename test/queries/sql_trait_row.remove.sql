delete from sql_trait_row where space_id = $1 and sql_trait_id = $2 and (owner, member) in (
  select c.owner, c.member from sql_trait_change c where c.space_id = $3 and c.sql_trait_id = $4 and (c.owner, c.member) <= ($5::text, $6::text) and c.hash is null)
