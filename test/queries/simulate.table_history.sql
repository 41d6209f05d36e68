create temporary table simulated_history (space_id text, profile_id uuid, timestamp timestamptz, message_id text, type text,
  name text, properties jsonb, context jsonb, source_id text, received_at timestamptz) on commit drop
