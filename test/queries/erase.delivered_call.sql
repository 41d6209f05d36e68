with hit as materialized (select d.profile_id, d.id from event_delivery d where d.space_id = $1
  and not exists (select from connection_removal r where r.space_id = $2 and r.profile_id = d.profile_id)
  and exists (select from unnest($3::text[], $4::text[]) as p (text, pattern)
  where strpos(lower(concat(d.payload::text, ' ', d.message_id, ' ', d.detail)), lower(p.text)) > 0 and concat(d.payload::text, ' ', d.message_id, ' ', d.detail) ~ p.pattern))
  delete from event_delivery d using hit h where d.space_id = $5 and d.profile_id = h.profile_id and d.id = h.id returning 1 as one
