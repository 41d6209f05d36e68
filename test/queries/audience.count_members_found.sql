update audience_state s set member_count = s.member_count + k.by
  from unnest($1::text[], $2::bigint[]) as k (id, by)
  where s.space_id = $3 and s.audience_id = k.id and k.by <> 0
