select d.computation_id as "computationId",
  (array_agg(d.batch order by d.batch) filter (where d.profiles is not null))[1:100] as batches,
  bool_or(d.profiles is null) as everybody, coalesce(sum(d.profiles), 0)::bigint as count,
  (select c.moved_at from evaluation_clock c where c.space_id = $1) as "movedAt"
  from computation_due d where d.space_id = $2 group by d.computation_id order by d.computation_id
