select id, name, condition from event_filter
  where space_id = $1 and enabled and (integration_id = $2 or integration_id = $3)
  order by integration_id <> $4, position, id
