insert into identifier_rule (space_id, type, value_limit, seen)
  select $1, r.type, $2::integer, true from unnest($3::text[]) as r (type) on conflict do nothing
