select m.profile_id, m.entered_at from unnest($1::uuid[]) as r (id)
  join membership m on m.profile_id = r.id where m.space_id = $2 and m.audience_id = $3 order by m.profile_id
