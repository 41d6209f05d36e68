select version, definition, options, saved_by as "savedBy", saved_at as "savedAt", restored_from as "restoredFrom" from computation_version
  where space_id = $1 and computation_id = $2 and version = $3::integer
