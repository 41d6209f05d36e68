import type { Json, JsonObject } from '../../base/json.ts'
import type { EventType } from './event.ts'

type Written = { created_by: string; updated_by: string; created_at: Date; updated_at: Date }

export type DestinationRow = Written & {
  space_id: string
  id: string
  source_id: string
  /** The slug of its catalogue entry. */
  tool: string
  name: string
  enabled: boolean
  /** Secrets are sealed. */
  settings: JsonObject
  rate_per_second: number | null
  retry_minutes: number
}
export type MappingRow = Written & {
  space_id: string
  id: string
  destination_id: string
  name: string
  action: string
  /** FQL. */
  trigger: string
  fields: JsonObject
  enabled: boolean
  position: number
}
export type DestinationFilterRow = Written & {
  space_id: string
  id: string
  destination_id: string
  title: string
  description: string
  /** FQL, or `all`. */
  condition: string
  actions: readonly Json[]
  enabled: boolean
}
export type IntegrationFilterRow = {
  space_id: string
  source_id: string
  type: string
  name: string
  tool: string
  updated_by: string
  updated_at: Date
}
/** A purpose that people consent to; its id is the key in a call's `context.consent.categoryPreferences`. */
export type ConsentCategoryRow = Written & {
  space_id: string
  id: string
  name: string
  /** Slugs of the tools that may have a call only with consent to it. */
  tools: readonly string[]
  enabled: boolean
}
export type DestinationHoldRow = { space_id: string; destination_id: string; holder: string; held_until: Date; taken_at: Date }

/**
 * What a delivery came to, or that it is on its way. `held`: its replay is paused; `discarded`: never sent, because it cannot be; `failed`: the tool
 * did not take it.
 */
export type DeliveryStatus = 'queued' | 'held' | 'sending' | 'delivered' | 'filtered' | 'discarded' | 'failed'
export type EventDeliveryRow = {
  space_id: string
  profile_id: string
  id: string
  destination_id: string
  message_id: string
  type: EventType
  name: string
  payload: JsonObject | null
  replay: boolean
  /** The replay that it is of; null: sent live. */
  replay_id: string | null
  status: DeliveryStatus
  reason: string | null
  detail: string | null
  warnings: readonly Json[]
  /** Mapping → `delivered`, or why it never will be. */
  done: Readonly<Record<string, string>>
  attempts: number
  due_at: Date
  claim: string | null
  claimed_at: Date | null
  received_at: Date
  tried_at: Date | null
  finished_at: Date | null
}
export type DeliveryAttemptRow = {
  space_id: string
  profile_id: string
  delivery_id: string
  attempt: number
  mapping_id: string
  outcome: 'delivered' | 'retry' | 'failed'
  reason: string | null
  status: number | null
  request: JsonObject
  response: string | null
  duration_ms: number
  at: Date
}

export type DestinationTables = {
  destination: DestinationRow
  mapping: MappingRow
  destination_filter: DestinationFilterRow
  integration_filter: IntegrationFilterRow
  consent_category: ConsentCategoryRow
  destination_hold: DestinationHoldRow
  event_delivery: EventDeliveryRow
  delivery_attempt: DeliveryAttemptRow
}
