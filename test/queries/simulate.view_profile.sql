create temporary view profile as
  select p.space_id, m.id, p.collection, p.traits || m.wrote as traits, p.trait_times, p.identifiers, p.merged_into, p.merge_count,
  p.created_at, p.updated_at, p.last_seen_at
  from simulated_moment m join simulated_profile p on p.id = m.profile_id
