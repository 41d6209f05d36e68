create temporary table gathered_profile (like profile)
