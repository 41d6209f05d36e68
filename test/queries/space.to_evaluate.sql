select s.id from space s
  where exists (select from profile_change c where c.space_id = s.id and c.claim is null)
  or exists (select from computation_due d where d.space_id = s.id and d.profiles is not null)
  or exists (select from evaluation_clock k where k.space_id = s.id and k.next_instant <= $1::timestamptz)
  or exists (select from computation_wake w where w.space_id = s.id and w.due_at <= $2::timestamptz)
  or exists (select from membership_merged m where m.space_id = s.id)
  order by s.id
