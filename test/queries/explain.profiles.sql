select id, collection, merged_into is not null as merged, identifiers, traits from profile
  where space_id = $1 and id = any ($2::uuid[])
