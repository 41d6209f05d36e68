select source, compiled from template_version
  where space_id = $1 and template_id = $2 and version = $3
