select t.hash, t.group_id, t.state from unnest($1::text[]) as r (hash)
  join opt_out_tombstone t on t.space_id = $2 and t.hash = r.hash
