explain (format json) select from profile where space_id = $1 and collection = 'users' and merged_into is null
