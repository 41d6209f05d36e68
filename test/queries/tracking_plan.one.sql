select p.*,
  (select count(*) from tracking_plan_rule r where r.space_id = $1 and r.plan_id = p.id) as rules,
  (select count(*) from tracking_plan_source s where s.space_id = $2 and s.plan_id = p.id) as sources
  from tracking_plan p where p.space_id = $3 and p.id = $4
