select a.name, a.channel, s.reason from provider_account a
  join provider_account_state s on s.space_id = $1 and s.account_id = a.id
  where a.space_id = $2 and a.enabled and s.status = 'stopped' order by a.id limit 20
