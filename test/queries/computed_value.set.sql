insert into computed_value (space_id, computed_trait_id, profile_id, value, changed_at)
  select c.space_id, c.computed_trait_id, c.profile_id, c.value, $1::timestamptz from computed_change c
  where c.space_id = $2 and c.computed_trait_id = $3 and c.value is not null order by c.profile_id
  on conflict (space_id, computed_trait_id, profile_id) do update set value = excluded.value, changed_at = excluded.changed_at
