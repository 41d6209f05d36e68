update alert_check set hour = greatest(hour, $1::timestamptz) where space_id = $2
