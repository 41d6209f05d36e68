with hit as materialized (select a.profile_id, a.delivery_id, a.attempt, a.mapping_id from delivery_attempt a
  where a.space_id = $1 and exists (select from unnest($2::text[], $3::text[]) as p (text, pattern)
  where strpos(lower(concat(a.request::text, ' ', a.response)), lower(p.text)) > 0 and concat(a.request::text, ' ', a.response) ~ p.pattern))
  delete from delivery_attempt a using hit h where a.space_id = $4 and a.profile_id = h.profile_id and a.delivery_id = h.delivery_id
  and a.attempt = h.attempt and a.mapping_id = h.mapping_id returning 1 as one
