delete from "oauth_token" where expires_at < $1::timestamptz
