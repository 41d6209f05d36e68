select case when collection = 'accounts' then 'account audience' else 'audience' end as noun, key, name from audience where space_id = $1 and deleted_at is null
  union all select case when collection = 'accounts' then 'account computed' else 'computed' end, key, name from computed_trait where space_id = $2 and deleted_at is null
  union all select 'group', name, name from subscription_group where space_id = $3
  union all select 'channel', channel, min(name) from provider_account where space_id = $4 and enabled group by channel
