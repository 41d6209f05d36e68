select r.profile_id as asked_profile_id, m.profile_id, m.id, m.channel, m.address, m.template_id, m.journey_id, m.run_id, m.step,
  p.identifiers
  from (select distinct * from unnest($1::uuid[], $2::uuid[])) as r (profile_id, message_id)
  join profile o on o.space_id = $3 and o.id = r.profile_id
  join profile p on p.space_id = $4 and p.id = coalesce(o.merged_into, o.id)
  join message m on m.space_id = $5 and m.profile_id = p.id and m.id = r.message_id
