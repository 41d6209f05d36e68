select p.id as "profileId",
  coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), '')) as name,
  coalesce(p.identifiers -> 'email' ->> 0, p.traits ->> 'email') as email, p.traits, m.entered_at as "enteredAt"
  from membership m join profile p on p.space_id = $1 and p.id = m.profile_id
  where m.space_id = $2 and m.audience_id = $3
  and ($4::uuid is null or m.profile_id > $5::uuid)
  and ($6::text is null or strpos(lower(p.identifiers::text || (p.traits ->> 'name')), lower($7::text)) > 0
  or strpos(lower(p.identifiers::text), lower($8::text)) > 0)
  order by m.profile_id limit $9::integer
