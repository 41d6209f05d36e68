select line, code, message from import_refusal where space_id = $1 and import_id = $2 order by line
  limit 1000
