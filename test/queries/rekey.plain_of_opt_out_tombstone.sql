select distinct hash from "opt_out_tombstone"
  where space_id = $1 and strpos(hash, '.') = 0 order by hash limit 500
