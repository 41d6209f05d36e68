select a.space_id as "spaceId", a.id as "accountId" from provider_account a
  left join provider_account_state s on s.space_id = a.space_id and s.account_id = a.id
  where a.enabled and (s.retry_at is null or s.retry_at <= $1) and (
  exists (select from message m where m.space_id = a.space_id and m.provider_account_id = a.id
  and m.status = 'queued' and m.claim is null and m.due_at <= $2)
  or exists (select from message m where m.space_id = a.space_id and m.provider_account_id = a.id
  and m.status in ('queued', 'sending') and m.claim is not null and m.claimed_at < $3))
  order by a.space_id, a.id
