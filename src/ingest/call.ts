import type { JsonObject } from '../base/json.ts'
import type { EventType } from '../db/rows/event.ts'
import type { SubscriptionChange } from '../subscription/change.ts'
import type { Places } from './identifiers.ts'
import type { Surroundings } from './parse.ts'

/** A call as it came in, and what stood around it: enough to check it again when a rule changed it. */
export type Wire = { readonly item: JsonObject; readonly at: number; readonly around: Surroundings }

/** A call that passed the check: everything that storing it needs. */
export type Call = {
  readonly type: EventType
  readonly messageId: string
  readonly sourceId: string
  readonly timestamp: Date
  readonly receivedAt: Date
  readonly name: string
  /** JSON texts, as they are stored. */
  readonly properties: string
  readonly context: string
  readonly places: Places
  readonly groupId: string | undefined
  /** An identify call's are the person's, a group call's the account's. */
  readonly traits: JsonObject
  readonly subscriptions: readonly SubscriptionChange[]
  /** `context.active` false: traits and events count, but the person was not there (spec/audiences §3.1). */
  readonly active: boolean
  /** None for calls that rooms of ours made: no rule is asked about them. */
  readonly wire?: Wire
}
