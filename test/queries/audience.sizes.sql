select least(d.day + interval '1 day', $1::timestamptz) as at,
  (select s.member_count from audience_state s where s.space_id = $2 and s.audience_id = $3)
  - coalesce(sum(c.change) over (order by d.day desc rows between unbounded preceding and 1 preceding), 0)::bigint as count
  from generate_series(date_trunc('day', $4::timestamptz, 'UTC') - $5::integer * interval '1 day',
  date_trunc('day', $6::timestamptz, 'UTC'), interval '1 day') as d (day)
  left join (select date_trunc('day', changed_at, 'UTC') as day, sum(case change when 'entered' then 1 else -1 end) as change
  from membership_change where space_id = $7 and audience_id = $8
  and changed_at >= date_trunc('day', $9::timestamptz, 'UTC') - $10::integer * interval '1 day'
  group by 1) as c on c.day = d.day
  order by d.day
