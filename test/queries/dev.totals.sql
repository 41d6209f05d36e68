select (select count(*) from event where space_id = $1) as events,
  (select count(*) from profile where space_id = $2 and merged_into is null) as profiles
