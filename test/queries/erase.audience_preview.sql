update audience_preview set results = '[]' where space_id = $1 and results is not null and results <> '[]' returning 1 as one
