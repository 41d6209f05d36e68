select audience_id as id, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'exited') as exited
  from membership_change where space_id = $1 and changed_at > $2::timestamptz group by audience_id order by audience_id
