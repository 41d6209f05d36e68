delete from audience_evaluation where space_id = $1 and evaluated_at < $2::timestamptz
