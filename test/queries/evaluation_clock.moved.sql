select moved_at as at from evaluation_clock where space_id = $1
