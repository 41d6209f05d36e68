delete from "connection_told" where space_id = $1 and connection_id = $2 and profile_id in (
  select profile_id from "connection_told" where space_id = $3 and connection_id = $4 limit $5)
  returning 1 as one
