insert into rate_window as w (space_id, name, asked_ms, ends_ms, used)
  values ($1, $2, $3::bigint, $4::bigint, $5::bigint)
  on conflict (space_id, name) do update set
  used = case when w.ends_ms > excluded.asked_ms and w.ends_ms <= excluded.ends_ms + 10000 then w.used + excluded.used else excluded.used end,
  ends_ms = case when w.ends_ms > excluded.asked_ms and w.ends_ms <= excluded.ends_ms + 10000 then w.ends_ms else excluded.ends_ms end,
  asked_ms = excluded.asked_ms
  returning used, ends_ms as ends
