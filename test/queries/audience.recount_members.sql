with members as materialized (select count(*) as count from membership where space_id = $1 and audience_id = $2)
  update audience_state s set member_count = m.count from members m where s.space_id = $3 and s.audience_id = $4
