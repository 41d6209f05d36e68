insert into membership (space_id, audience_id, profile_id, entered_at)
  select c.space_id, c.audience_id, c.profile_id, c.changed_at from pg_temp.gathered_change c
  where c.space_id = $1 and c.change = 'entered' order by c.audience_id, c.profile_id on conflict do nothing
