select id, name, condition, integration_id = $1 as onward from event_filter
  where space_id = $2 and enabled and (integration_id = $3 or integration_id = $4)
  order by integration_id <> $5, position, id
