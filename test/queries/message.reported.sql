select m.profile_id, m.id, m.channel, m.address, m.template_id, m.journey_id, m.run_id, m.step, p.identifiers
  from (select distinct * from unnest($1::uuid[], $2::uuid[])) as r (profile_id, message_id)
  join profile p on p.space_id = $3 and p.id = r.profile_id
  join message m on m.space_id = $4 and m.profile_id = p.id and m.id = r.message_id
