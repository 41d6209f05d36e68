select volume, violations, url, secret from alert_setting where space_id = $1
