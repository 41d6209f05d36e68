import type { JsonObject } from '../../base/json.ts'

export type EventType = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias'
export type EventRow = {
  space_id: string
  profile_id: string
  timestamp: Date
  message_id: string
  type: EventType
  name: string
  properties: JsonObject
  context: JsonObject
  source_id: string
  received_at: Date
}
export type EventSeenRow = { space_id: string; message_id: string; received_at: Date }
export type EventInterestRow = { space_id: string; name: string; consumer: string }
export type OutboxRow = {
  space_id: string
  profile_id: string
  id: string
  topic: string
  payload: JsonObject
  created_at: Date
  due_at: Date
  attempts: number
  last_error: string | null
  claim: string | null
  claimed_at: Date | null
}

export type EventTables = { event: EventRow; event_seen: EventSeenRow; event_interest: EventInterestRow; outbox: OutboxRow }
