select destination_id, count(*)::int as "all", (count(*) filter (where enabled))::int as "on"
  from mapping where space_id = $1 group by destination_id
