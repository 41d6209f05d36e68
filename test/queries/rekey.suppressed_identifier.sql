with gone as materialized (delete from "suppressed_identifier" where space_id = $1
  and hash in (select r.hash from unnest($2::text[]) as r (hash)) returning *)
  insert into suppressed_identifier (space_id, hash, root, type, value, suppressed_by, suppressed_at)
  select $3, k.next, k.root, g.type, g.value, g.suppressed_by, g.suppressed_at
  from gone g join unnest($4::text[], $5::text[],
  $6::text[]) as k (hash, next, root) on k.hash = g.hash order by k.next on conflict do nothing returning 1 as one
