insert into space_key (space_id, key, noun, taken_at) values ($1, $2, $3, $4::timestamptz)
  on conflict do nothing returning key
