update catalog_seen set frequent = '{}' where space_id = $1 and frequent <> '{}' returning 1 as one
