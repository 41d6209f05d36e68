delete from sql_trait_change c where c.space_id = $1 and c.sql_trait_id = $2 and (c.owner, c.member) <= ($3::text, $4::text) and c.hash is null
