select space_id, secret from alert_setting order by space_id
