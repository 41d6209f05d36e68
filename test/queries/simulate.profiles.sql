insert into simulated_profile select p.* from profile p
  where p.space_id = $1 and p.collection = 'users' and p.merged_into is null
