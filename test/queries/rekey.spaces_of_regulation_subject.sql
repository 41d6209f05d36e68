select distinct space_id as "spaceId" from "regulation_subject" where strpos(hash, $1) <> 1
