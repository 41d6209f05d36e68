select p.id as "profileId", p.identifiers, case when v.profile_id is not null then 'true'::jsonb end as value, v.entered_at as at, t.value as told, t.ids, t.told_at as "toldAt"
  from unnest($1::uuid[]) as r (id)
  join profile p on p.id = r.id
  left join membership v on v.space_id = $2 and v.audience_id = $3 and v.profile_id = p.id
  left join connection_told t on t.space_id = $4 and t.connection_id = $5 and t.profile_id = p.id
  where p.space_id = $6 and p.merged_into is null order by p.id
