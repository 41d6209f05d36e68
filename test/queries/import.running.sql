select file_name as "fileName" from import
  where space_id = $1 and kind = 'profiles' and status = 'RUNNING' limit 1
