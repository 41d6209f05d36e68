delete from audience_preview where space_id = $1 and id = $2 and (not counted or requested_at <= $3::timestamptz)
