select s.id from space s
  where exists (select from outbox o where o.space_id = s.id and o.claim is null and o.due_at <= $1)
  or exists (select from outbox o where o.space_id = s.id and o.claim is not null and o.claimed_at < $2)
  order by s.id
