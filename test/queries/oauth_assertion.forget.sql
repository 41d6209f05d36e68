delete from "oauth_assertion" where expires_at < $1::timestamptz
