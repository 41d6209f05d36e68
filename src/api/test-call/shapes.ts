import * as z from 'zod'
import type { Json as JsonValue } from '../../base/json.ts'

/* What a sample call does, as it travels: what the door makes of it, and every effect. */

const Json = z.json() as unknown as z.ZodType<JsonValue>
const Collection = z.enum(['users', 'accounts'])
const Violation = z.object({ type: z.string(), field: z.string(), description: z.string() })
const Problem = z.object({ code: z.string(), field: z.string(), message: z.string(), remedy: z.string() })

const said = {
  asked: z.boolean().meta({ description: 'false: there is none, or something before it had dropped the call' }),
  verdict: z.enum(['pass', 'change', 'drop']),
  by: z.string().optional(),
  reason: z.string().optional(),
  violations: z.array(Violation),
  omitted: z.array(z.string()).meta({ description: 'Properties or traits that were taken out' }),
}

export const TestedDoor = z.object({
  fate: z
    .enum(['taken', 'filtered', 'dropped', 'duplicate'])
    .meta({ description: 'filtered: it says itself that it is not for the space; duplicate: its messageId came before' }),
  problem: Problem.optional(),
  answer: z.number().meta({ description: 'The status that a sender of this source gets' }),
  time: z.object({
    said: z.string().nullable().meta({ description: 'originalTimestamp or timestamp as it came' }),
    sentAt: z.string().nullable(),
    receivedAt: z.string(),
    clockSkewMs: z.number().nullable().meta({ description: 'How far the clock of the sender is behind ours' }),
    timestamp: z.string().nullable().meta({ description: 'When it happened by our clock' }),
  }),
  filters: z.object({ ...said, names: z.array(z.string()) }),
  plan: z.object({ ...said, name: z.string().optional() }),
  switches: z.object({ ...said, off: z.number() }),
  insert: z.object({ ...said, name: z.string().optional(), did: z.array(z.string()) }),
  transformations: z.object({ ...said, did: z.array(z.string()) }),
  event: z
    .object({
      type: z.string(),
      name: z.string(),
      messageId: z.string(),
      properties: Json,
      context: Json,
      identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
    })
    .optional()
    .meta({ description: 'As it is stored' }),
  forwards: z.array(z.object({ sourceId: z.string(), name: z.string() })),
})

const Person = z.object({
  profileId: z.string(),
  collection: Collection,
  name: z.string().nullable(),
  isNew: z.boolean(),
})

export const Effects = z.object({
  person: Person.optional(),
  account: Person.extend({ isLinked: z.boolean() }).optional(),
  identifiers: z.array(z.object({ collection: Collection, type: z.string(), value: z.string() })),
  merges: z.array(z.object({ profileId: z.string(), name: z.string().nullable() })),
  refused: z.array(z.object({ code: z.string(), type: z.string(), value: z.string(), reason: z.string() })),
  traits: z.array(z.object({ collection: Collection, key: z.string(), before: Json.nullable(), after: Json.nullable() })),
  subscriptions: z.array(
    z.object({
      channel: z.string(),
      address: z.string(),
      group: z.string().nullable(),
      before: z.string().nullable(),
      after: z.string(),
    }),
  ),
  computedTraits: z.array(
    z.object({ id: z.string(), key: z.string(), name: z.string(), before: Json.nullable(), after: Json.nullable() }),
  ),
  audiences: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      name: z.string(),
      collection: Collection,
      change: z.enum(['entered', 'exited']),
    }),
  ),
  journeys: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      name: z.string(),
      runId: z.string().nullable(),
      change: z.enum(['started', 'moved', 'left', 'completed', 'refused']),
      step: z.string().nullable().meta({ description: 'Where the run stands then, in words' }),
      because: z.string().nullable(),
    }),
  ),
})
export type Effects = z.infer<typeof Effects>

export const Tested = z.object({
  door: TestedDoor,
  effects: Effects,
  looked: z.object({
    asked: z.number().meta({ description: 'Audiences and computed traits that were looked at' }),
    unasked: z
      .array(z.object({ id: z.string(), key: z.string(), kind: z.enum(['audience', 'computed_trait']), status: z.string() }))
      .meta({ description: 'Those that are being computed anew, so that nobody knows yet' }),
  }),
  stored: z.literal(false),
})
export type Tested = z.infer<typeof Tested>

export const Sent = z.object({
  status: z.enum(['stored', 'duplicate', 'filtered', 'dropped']),
  messageId: z.string().nullable(),
  profileId: z.string().nullable(),
  receivedAt: z.string(),
  problems: z.array(Problem),
})
export type Sent = z.infer<typeof Sent>

export const NO_EFFECTS: Effects = {
  identifiers: [],
  merges: [],
  refused: [],
  traits: [],
  subscriptions: [],
  computedTraits: [],
  audiences: [],
  journeys: [],
}
