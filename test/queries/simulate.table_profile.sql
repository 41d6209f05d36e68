create temporary table simulated_profile (like profile) on commit drop
