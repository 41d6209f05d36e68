select distinct space_id as "spaceId" from "opt_out_tombstone" where strpos(hash, $1) <> 1
