select d.computation_id as "computationId", (array_agg(distinct d.batch))[1:100] as batches,
  bool_or(d.profile_id = $1::uuid) as everybody, count(*) as count,
  (select c.moved_at from evaluation_clock c where c.space_id = $2) as "movedAt"
  from computation_due d where d.space_id = $3 group by d.computation_id order by d.computation_id
