create temporary table gathered_change (like membership_change)
