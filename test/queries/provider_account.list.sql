select a.space_id, a.id, a.channel, a.kind, a.name, a.settings, a.rate_per_second, a.policy, a.enabled, a.created_at, a.updated_at,
  coalesce(s.status, 'working') as status, s.reason, s.retry_at from provider_account a
  left join provider_account_state s on s.space_id = $1 and s.account_id = a.id
  where a.space_id = $2 order by a.created_at, a.id
