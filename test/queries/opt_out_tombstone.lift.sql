delete from opt_out_tombstone where space_id = $1 and state = 'unsubscribed'
  and hash in (select r.hash from unnest($2::text[]) as r (hash))
