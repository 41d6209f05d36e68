select p.id, p.name from tracking_plan_library l
  join tracking_plan p on p.space_id = $1 and p.id = l.plan_id
  where l.space_id = $2 and l.library_id = $3 order by p.id
