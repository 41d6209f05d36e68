analyze simulated_moment (profile_id, id, at)
