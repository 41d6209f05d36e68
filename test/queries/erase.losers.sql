select m.profile_id, m.loser_id from profile_merge m
  where m.space_id = $1 and m.profile_id in (select r.id from unnest($2::uuid[]) as r (id))
