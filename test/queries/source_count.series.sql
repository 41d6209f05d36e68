select slot as at,
  coalesce(sum(count) filter (where outcome = 'eligible'), 0)::bigint as eligible,
  coalesce(sum(count) filter (where outcome = 'failed'), 0)::bigint as failed,
  coalesce(sum(count) filter (where outcome = 'filtered'), 0)::bigint as filtered,
  coalesce(sum(count) filter (where outcome = 'duplicate'), 0)::bigint as duplicate
  from source_count where space_id = $1 and source_id = $2 and slot >= $3::timestamptz
  and slot < $4::timestamptz
  group by slot order by slot
