insert into audience_interest (space_id, audience_id, consumer)
  select $1, a.id, $2 from unnest($3::text[]) as k (key)
  join audience a on a.space_id = $4 and a.key = k.key
  order by a.id on conflict do nothing
