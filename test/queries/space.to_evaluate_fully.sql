select s.id from space s
  where exists (select from computation_due d where d.space_id = s.id and d.profiles is null) order by s.id
