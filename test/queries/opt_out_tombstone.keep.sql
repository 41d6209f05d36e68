insert into opt_out_tombstone (space_id, hash, group_id, state, kept_at)
  select $1, r.hash, r.group_id, min(r.state), $2::timestamptz
  from unnest($3::text[], $4::text[], $5::text[]) as r (hash, group_id, state)
  group by r.hash, r.group_id order by r.hash, r.group_id
  on conflict (space_id, hash, group_id) do update set state = excluded.state where excluded.state = 'suppressed'
