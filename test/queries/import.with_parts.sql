select id as "importId", started_at as "startedAt", header from import
  where space_id = $1 and kind = 'profiles' and status = 'RUNNING' order by id
