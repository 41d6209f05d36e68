insert into computation_wake (space_id, computation_id, profile_id, due_at)
  values ($1, $2, $3::uuid, $4::timestamptz)
  on conflict (space_id, computation_id, profile_id) do update set due_at = excluded.due_at
