select distinct hash, root from "suppressed_identifier"
  where space_id = $1 and strpos(hash, '.') = 0 order by hash limit 500
