select * from journey_version where space_id = $1 and journey_id = $2 order by version desc
