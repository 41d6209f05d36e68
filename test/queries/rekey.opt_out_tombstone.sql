with gone as materialized (delete from "opt_out_tombstone" where space_id = $1
  and hash in (select r.hash from unnest($2::text[]) as r (hash)) returning *)
  insert into opt_out_tombstone (space_id, hash, group_id, state, kept_at)
  select $3, k.next, g.group_id, g.state, g.kept_at
  from gone g join unnest($4::text[], $5::text[],
  $6::text[]) as k (hash, next, root) on k.hash = g.hash order by k.next, g.group_id
  on conflict (space_id, hash, group_id) do update set state = excluded.state where excluded.state = 'suppressed' returning 1 as one
