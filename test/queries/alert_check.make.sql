insert into alert_check (space_id, hour) values ($1, $2::timestamptz) on conflict (space_id) do nothing
