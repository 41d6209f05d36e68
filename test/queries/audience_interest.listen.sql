insert into "audience_interest" (space_id, "audience_id", consumer) values ($1, $2, $3) on conflict do nothing
