with members as materialized (select count(*) as count from membership where space_id = $1 and audience_id = $2),
  merged as materialized (select count(*) as count from membership_merged where space_id = $3 and audience_id = $4)
  update audience_state s set member_count = m.count + g.count from members m, merged g
  where s.space_id = $5 and s.audience_id = $6
