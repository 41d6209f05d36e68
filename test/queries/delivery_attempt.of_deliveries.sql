select a.* from delivery_attempt a
  join unnest($1::uuid[], $2::uuid[]) as r (profile_id, delivery_id)
  on a.profile_id = r.profile_id and a.delivery_id = r.delivery_id
  where a.space_id = $3 order by a.delivery_id, a.attempt, a.at, a.mapping_id
