select t.id, r.finished_at as "checkedAt", r.drift,
  (select count(*) from (select from computed_value c where c.space_id = $1 and c.computed_trait_id = t.id
  limit $2::integer) as f) as people,
  (select c.value from computed_value c where c.space_id = $3 and c.computed_trait_id = t.id
  order by c.profile_id desc limit 1) as example
  from computed_trait t left join computation_run r on r.space_id = $4 and r.computation_id = t.id
  where t.space_id = $5 and t.deleted_at is null order by t.id
