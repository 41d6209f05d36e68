select f.*, coalesce(d.dropped, 0) as dropped, coalesce(d.failed, 0) as failed
  from event_filter f left join (
  select subject, sum(count)::bigint as dropped, (sum(count) filter (where code = 'event_filter_failed'))::bigint as failed from source_drop
  where space_id = $1 and hour > $2::timestamptz and code in ('event_filter', 'event_filter_failed')
  group by subject) d on d.subject = f.id
  where f.space_id = $3 and ($4::text is null or f.integration_id = $5::text)
  order by f.integration_id, f.position, f.id
