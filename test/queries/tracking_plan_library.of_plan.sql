select l.plan_id, l.library_id, l.events, l.synced_by, l.synced_at, p.name, p.type
  from tracking_plan_library l join tracking_plan p on p.space_id = $1 and p.id = l.library_id
  where l.space_id = $2 and l.plan_id = $3 order by l.synced_at, l.library_id
