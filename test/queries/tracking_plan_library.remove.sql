delete from tracking_plan_library
  where space_id = $1 and plan_id = $2 and library_id = $3 returning library_id
