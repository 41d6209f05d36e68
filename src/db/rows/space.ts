import type { JsonObject } from '../../base/json.ts'

export type SpaceRow = { id: string; slug: string; name: string; settings: JsonObject; created_at: Date }
export type SourceRow = {
  space_id: string
  id: string
  name: string
  kind: string
  enabled: boolean
  created_at: Date
  strict: boolean
  oauth_app_id: string | null
  oauth_enforced: boolean
  labels: readonly string[]
}
/** A source of one space that feeds another one, where it is called `source_id`. */
export type SourceFeedRow = {
  space_id: string
  source_id: string
  from_space_id: string
  from_source_id: string
  connected_at: Date
  connected_by: string
}
export type WriteKeyRow = { key: string; space_id: string; source_id: string }
export type SpaceKeyRow = { space_id: string; key: string; noun: string; taken_at: Date }
export type TokenKind = 'management' | 'profile_api'
export type ApiTokenRow = {
  hash: string
  space_id: string
  id: string
  /** What it opens: all that manages the space, or the Profile API and nothing else. */
  kind: TokenKind
  name: string
  created_by: string
  created_at: Date
  sees_personal_data: boolean
  /** To the minute. */
  last_used_at: Date | null
  revoked_at: Date | null
  revoked_by: string | null
}

export type SpaceTables = {
  space: SpaceRow
  source: SourceRow
  source_feed: SourceFeedRow
  write_key: WriteKeyRow
  api_token: ApiTokenRow
  space_key: SpaceKeyRow
}
