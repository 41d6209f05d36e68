create temporary table gathered_event (like event)
