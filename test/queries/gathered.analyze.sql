analyze pg_temp.gathered_due, pg_temp.gathered_profile (space_id, id, collection, merged_into),
  pg_temp.gathered_event (space_id, profile_id, name, timestamp)
