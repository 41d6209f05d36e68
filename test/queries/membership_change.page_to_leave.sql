select r.mark::text as mark from (
  select c.changed_at as mark from membership_change c where c.space_id = $1 and c.audience_id = $2 and c.change = 'exited' and c.changed_at > $3 order by c.changed_at limit $4) r
  order by r.mark desc limit 1
