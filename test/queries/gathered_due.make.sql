create temporary table gathered_due (like due_profile)
