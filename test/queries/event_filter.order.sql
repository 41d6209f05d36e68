update event_filter set position = r.position
  from unnest($1::text[], $2::int[]) as r (id, position)
  where event_filter.space_id = $3 and event_filter.id = r.id
