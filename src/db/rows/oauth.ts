export type OAuthScope = 'tracking_api:write' | 'functions:write' | 'public_api:read_write'
export type OAuthAppRow = {
  id: string
  space_id: string
  name: string
  token_days: number
  scopes: readonly OAuthScope[]
  created_by: string
  created_at: Date
}
export type OAuthKeyRow = { id: string; space_id: string; app_id: string; public_key: string; created_at: Date }
export type OAuthTokenRow = {
  hash: string
  space_id: string
  app_id: string
  scopes: readonly OAuthScope[]
  created_at: Date
  expires_at: Date
  revoked_at: Date | null
}
export type OAuthAssertionRow = { app_id: string; jti: string; expires_at: Date }

export type OAuthTables = {
  oauth_app: OAuthAppRow
  oauth_key: OAuthKeyRow
  oauth_token: OAuthTokenRow
  oauth_assertion: OAuthAssertionRow
}
