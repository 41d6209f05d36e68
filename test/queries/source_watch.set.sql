insert into source_watch (space_id, source_id, watched_until) values ($1, $2, $3::timestamptz)
  on conflict (space_id, source_id) do update set watched_until = greatest(source_watch.watched_until, excluded.watched_until)
