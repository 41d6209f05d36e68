select definition from journey_version
  where space_id = $1 and journey_id = $2 and version = $3
