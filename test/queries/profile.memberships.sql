select a.id, a.key, a.name, m.entered_at from membership m
  join audience a on a.space_id = $1 and a.id = m.audience_id
  where m.space_id = $2 and m.profile_id = $3::uuid and a.deleted_at is null order by a.key
