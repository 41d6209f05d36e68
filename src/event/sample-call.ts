import type { JsonObject } from '../base/json.ts'
import type { EventType } from '../db/rows/event.ts'

/** A call of each type as somebody would write it first: complete, and about nobody who is there. */
export const SAMPLE_CALLS: Readonly<Record<EventType, JsonObject>> = {
  identify: {
    type: 'identify',
    userId: 'test-user',
    traits: { name: 'Tess Ter', email: 'tess.ter@example.com', plan: 'pro' },
  },
  track: {
    type: 'track',
    userId: 'test-user',
    event: 'Order Completed',
    properties: { order_id: 'test-1', revenue: 39.5, currency: 'EUR' },
  },
  page: {
    type: 'page',
    anonymousId: 'test-device',
    name: 'Home',
    properties: { url: 'https://www.example.com/', title: 'Home' },
  },
  screen: { type: 'screen', anonymousId: 'test-device', name: 'Home', properties: { variation: 'blue' } },
  group: { type: 'group', userId: 'test-user', groupId: 'test-company', traits: { name: 'Test Company', employees: 12 } },
  alias: { type: 'alias', userId: 'test-user', previousId: 'test-device' },
}

// What says which call it was and when, and nothing of what it says.
const OF_ITS_SENDING: ReadonlySet<string> = new Set([
  'messageId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'writeKey',
  '_metadata',
])

/** A call that came once as a new one that is sent now: without what would make it the same call again, or one of that time. */
export const asNew = (call: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(call).filter(([key]) => !OF_ITS_SENDING.has(key)))
