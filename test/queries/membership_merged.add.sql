insert into membership_merged (space_id, audience_id, loser_id, merged_at)
  select $1, r.audience_id, $2::uuid, $3::timestamptz from unnest($4::text[]) as r (audience_id)
  order by r.audience_id on conflict do nothing
