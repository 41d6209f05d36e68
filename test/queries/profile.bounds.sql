select n.id from (select p.id, row_number() over (order by p.id) as place from profile p where p.space_id = $1) as n
  where n.place % $2::bigint = 0 order by n.id
