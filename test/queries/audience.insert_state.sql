insert into "audience_state" (space_id, "audience_id") values ($1, $2)
