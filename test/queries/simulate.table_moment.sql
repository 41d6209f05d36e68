create temporary table simulated_moment (n integer, id uuid, profile_id uuid, at timestamptz, shift interval, wrote jsonb, context jsonb)
  on commit drop
