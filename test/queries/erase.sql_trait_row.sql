delete from "sql_trait_row" where space_id = $1
  and (owner in (select r.owner from unnest($2::text[]) as r (owner)) or member in (select r.owner from unnest($3::text[]) as r (owner))) returning 1 as one
