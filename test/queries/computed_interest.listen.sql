insert into "computed_interest" (space_id, "computed_trait_id", consumer) values ($1, $2, $3) on conflict do nothing
