select r.mark::text as mark from (
  select c.profile_id as mark from membership c where c.space_id = $1 and c.audience_id = $2 and c.profile_id > $3 order by c.profile_id limit $4) r
  order by r.mark desc limit 1
