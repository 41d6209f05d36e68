select j.id, j.name from audience_interest i
  join journey j on j.space_id = $1 and j.id = i.consumer
  where i.space_id = $2 and i.audience_id = $3 order by j.name, j.id
