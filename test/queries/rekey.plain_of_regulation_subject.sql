select distinct hash from "regulation_subject"
  where space_id = $1 and strpos(hash, '.') = 0 order by hash limit 500
