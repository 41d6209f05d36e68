select c.id, c.change, c.changed_at as "changedAt", p.id as "profileId",
  coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), '')) as name,
  coalesce(p.identifiers -> 'email' ->> 0, p.traits ->> 'email') as email, c.profile_id as "profileId"
  from membership_change c left join profile p on p.space_id = $1 and p.id = c.profile_id
  where c.space_id = $2 and c.audience_id = $3
  and ($4::timestamptz is null or (c.changed_at, c.id) < ($5::timestamptz, $6::uuid))
  order by c.changed_at desc, c.id desc limit $7::integer
