select p.id, p.identifiers, case jsonb_typeof(n.value) when 'number' then to_jsonb(n.value::text) else n.value end as value,
  (select jsonb_object_agg(k.name, p.traits -> k.name) from unnest($1::text[]) as k (name) where p.traits ? k.name) as custom,
  (select jsonb_object_agg(t.key, c.value) from computed_value c join computed_trait t on t.space_id = $2 and t.id = c.computed_trait_id
  where c.space_id = $3 and c.profile_id = p.id and t.key in (select unnest($4::text[]))) as computed
  from (select m.profile_id, null::jsonb as value from membership m where m.space_id = $5 and m.audience_id = $6 and ($7::uuid is null or m.profile_id > $8::uuid)
  order by m.profile_id limit $9::integer) as n
  join profile p on p.space_id = $10 and p.id = n.profile_id
  order by n.profile_id
