analyze simulated_history (space_id, profile_id, name, timestamp)
