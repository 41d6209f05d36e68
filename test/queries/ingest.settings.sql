select
  coalesce((select jsonb_agg(to_jsonb(r)) from identifier_rule r where r.space_id = $1), '[]'::jsonb) as rules,
  array(select distinct i.name from event_interest i where i.space_id = $2) as awaited,
  coalesce((select jsonb_object_agg(g.source_id, g.revision) from source_gate g where g.space_id = $3), '{}'::jsonb) as gated,
  exists (select from suppressed_identifier s where s.space_id = $4) as suppressing
