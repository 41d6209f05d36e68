import type { Json, JsonObject } from '../../base/json.ts'

/** The calls of one person's addressing: who was told, by which ids. */
export type ToldId = { readonly userId?: string; readonly anonymousId?: string; readonly email?: string }
export type ConnectionNames = { readonly entered?: string; readonly exited?: string; readonly computed?: string }

export type ConnectionRow = {
  space_id: string
  id: string
  kind: 'audience' | 'computed_trait'
  computation_id: string
  destination_id: string
  enabled: boolean
  send_track: boolean
  send_identify: boolean
  names: ConnectionNames
  extras: JsonObject
  created_by: string
  updated_by: string
  created_at: Date
  updated_at: Date
}
export type ConnectionStateRow = {
  space_id: string
  connection_id: string
  live: boolean
  since: Date | null
  passing: boolean
  again: boolean
  resync: number
  reached: string | null
  synced_at: Date | null
  list_id: string | null
  holder: string | null
  held_until: Date | null
  attempts: number
  due_at: Date | null
  last_error: string | null
}
export type ConnectionMarkRow = { space_id: string; profile_id: string; connection_id: string; revision: number; again: boolean }
export type ConnectionToldRow = {
  space_id: string
  profile_id: string
  connection_id: string
  value: Json
  ids: readonly ToldId[]
  told_at: Date
}
/** Somebody erased who is still to be taken off at a destination. */
export type ConnectionRemovalRow = {
  space_id: string
  /** Nobody's. */
  profile_id: string
  connection_id: string
  regulation_id: string
  ids: readonly ToldId[]
  attempts: number
  due_at: Date
  queued_at: Date | null
  created_at: Date
}
export type ComputedInterestRow = { space_id: string; computed_trait_id: string; consumer: string }

export type ConnectionTables = {
  connection: ConnectionRow
  connection_state: ConnectionStateRow
  connection_told: ConnectionToldRow
  connection_mark: ConnectionMarkRow
  connection_removal: ConnectionRemovalRow
  computed_interest: ComputedInterestRow
}
