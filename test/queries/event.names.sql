select name, count(*) as count from event tablesample system ($1)
  where space_id = $2 and type in ('track', 'page', 'screen') group by name order by count(*) desc, name limit 500
