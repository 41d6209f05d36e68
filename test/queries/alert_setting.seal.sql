update alert_setting set secret = $1 where space_id = $2 and secret = $3
