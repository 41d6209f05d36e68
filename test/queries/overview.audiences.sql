select a.id, a.key, a.name, coalesce(s.status, 'Preparing') as status, s.reason,
  coalesce(s.member_count, 0) as count, coalesce(c.entered, 0) as "entered24h", coalesce(c.exited, 0) as "exited24h"
  from audience a
  left join audience_state s on s.space_id = $1 and s.audience_id = a.id
  left join (
  select audience_id, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'exited') as exited
  from membership_change where space_id = $2 and changed_at > $3
  group by audience_id) c on c.audience_id = a.id
  where a.space_id = $4 and a.deleted_at is null
  order by coalesce(c.entered, 0) + coalesce(c.exited, 0) desc, a.name limit 100
