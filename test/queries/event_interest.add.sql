insert into event_interest (space_id, name, consumer)
  select $1, name, $2 from unnest($3::text[]) as n (name) on conflict do nothing
