select moved_at as "movedAt", next_instant as "nextInstant", batch from evaluation_clock
  where space_id = $1 for update
