select hour from alert_check where space_id = $1 for update
