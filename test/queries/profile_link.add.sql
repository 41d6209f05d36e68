insert into profile_link (space_id, profile_id, account_id, created_at)
  select distinct $1, r.profile_id, r.account_id, $2::timestamptz
  from unnest($3::uuid[], $4::uuid[]) as r (profile_id, account_id)
  order by r.profile_id, r.account_id on conflict do nothing returning profile_id
