with gone as materialized (delete from "regulation_subject" where space_id = $1
  and hash in (select r.hash from unnest($2::text[]) as r (hash)) returning *)
  insert into regulation_subject (space_id, regulation_id, hash, type, value, status, profile_ids, known, forgotten_at, finished_at)
  select $3, g.regulation_id, k.next, g.type, g.value, g.status, g.profile_ids, g.known, g.forgotten_at, g.finished_at
  from gone g join unnest($4::text[], $5::text[],
  $6::text[]) as k (hash, next, root) on k.hash = g.hash order by g.regulation_id, k.next on conflict do nothing returning 1 as one
