select traits from profile tablesample system ($1)
  where space_id = $2 and collection = $3 and merged_into is null limit $4
