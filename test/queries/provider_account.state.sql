insert into provider_account_state (space_id, account_id, status, reason, retry_at, updated_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (space_id, account_id) do update
  set status = excluded.status, reason = excluded.reason, retry_at = excluded.retry_at, updated_at = excluded.updated_at
