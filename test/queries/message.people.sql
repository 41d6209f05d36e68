select p.id, p.traits, p.identifiers, p.merged_into from profile p
  where p.space_id = $1 and p.id in (select m.profile_id from message m where m.space_id = $2 and m.claim = $3)
