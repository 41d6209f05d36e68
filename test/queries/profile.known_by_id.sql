select p.*,
  (select coalesce(json_agg(json_build_object('key', t.key, 'value', v.value, 'at', floor(extract(epoch from "v"."changed_at") * 1000)::bigint)), '[]') from computed_value v
  join computed_trait t on t.space_id = $1 and t.id = v.computed_trait_id
  where v.space_id = $2 and v.profile_id = p.id and t.deleted_at is null) as computed,
  (select coalesce(json_agg(json_build_object('key', a.key, 'at', floor(extract(epoch from "m"."entered_at") * 1000)::bigint)), '[]') from membership m
  join audience a on a.space_id = $3 and a.id = m.audience_id
  where m.space_id = $4 and m.profile_id = p.id and a.deleted_at is null) as memberships
  from profile p where p.space_id = $5 and p.id = $6::uuid
