select distinct space_id as "spaceId" from "suppressed_identifier" where strpos(hash, $1) <> 1
