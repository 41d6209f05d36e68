insert into import_refusal (space_id, import_id, line, code, message)
  select $1, $2, n.line, n.code, n.message
  from unnest($3::bigint[], $4::text[], $5::text[])
  as n (line, code, message)
  order by n.line on conflict do nothing
