import type { Json, JsonObject } from '../../base/json.ts'

export type ProfileRow = {
  space_id: string
  id: string
  collection: 'users' | 'accounts'
  traits: JsonObject
  /** Trait key → epoch milliseconds of the call that wrote it: the newest call wins, not the newest arrival. */
  trait_times: Readonly<Record<string, number>>
  /** Identifier type → values, newest first. */
  identifiers: Readonly<Record<string, readonly string[]>>
  merged_into: string | null
  merge_count: number
  created_at: Date
  updated_at: Date
  last_seen_at: Date | null
}
export type ProfileIdentifierRow = {
  space_id: string
  collection: 'users' | 'accounts'
  type: string
  value: string
  profile_id: string
  source_id: string | null
  message_id: string | null
  created_at: Date
}
export type ProfileMergeRow = {
  space_id: string
  profile_id: string
  loser_id: string
  message_id: string | null
  merged_at: Date
}
export type IdentifierRuleRow = {
  space_id: string
  type: string
  value_limit: number
  period: 'ever' | 'weekly' | 'monthly' | 'annually'
  /** From 1 to 1,000; 1,002: behind those without one. */
  priority: number | null
  blocked: readonly Json[] | null
  seen: boolean
  reads_traits: boolean
}
export type IdentityRefusalRow = {
  space_id: string
  profile_id: string
  code: string
  collection: 'users' | 'accounts'
  type: string
  value: string
  /** The profile that was not merged. */
  other_id: string | null
  reason: string
  source_id: string
  message_id: string
  first_at: Date
  last_at: Date
}
export type ProfileLinkRow = { space_id: string; profile_id: string; account_id: string; created_at: Date }
export type ProfileChangeRow = {
  space_id: string
  profile_id: string
  id: string
  event_names: readonly string[]
  trait_keys: readonly string[]
  changed_at: Date
  claim: string | null
}

export type ProfileTables = {
  profile: ProfileRow
  profile_identifier: ProfileIdentifierRow
  profile_merge: ProfileMergeRow
  identifier_rule: IdentifierRuleRow
  identity_refusal: IdentityRefusalRow
  profile_link: ProfileLinkRow
  profile_change: ProfileChangeRow
}
