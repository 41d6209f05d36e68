select l.profile_id as "profileId", l.account_id as "accountId" from profile_link l
  where l.space_id = $1 and l.profile_id = any ($2::uuid[]) order by 1, 2
