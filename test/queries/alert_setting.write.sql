insert into alert_setting (space_id, volume, violations, url, secret, updated_by, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7::timestamptz)
  on conflict (space_id) do update set volume = excluded.volume, violations = excluded.violations, url = excluded.url,
  secret = excluded.secret, updated_by = excluded.updated_by, updated_at = excluded.updated_at
