import type { EventType } from '../db/rows/event.ts'
import type { Verdict } from '../event/verdict.ts'
import type { Call } from './call.ts'
import type { Drop } from './drop.ts'
import type { Parsed } from './parse.ts'
import { type Problem, sentenceOf } from './problems.ts'

/** A call as it came in, and what the check made of it. */
export type Arrival = {
  readonly raw: unknown
  /** Of the route, where it says so. */
  readonly type?: EventType
  readonly parsed: Parsed
  readonly sourceId: string
  readonly receivedAt: Date
  /** What the source's insert function said of it, where it was asked before. */
  readonly inserted?: Verdict
}

/** A call that a room of ours made: there is nothing else that came in. */
export const arrivalOf = (call: Call): Arrival => ({
  raw: undefined,
  parsed: { kind: 'call', call },
  sourceId: call.sourceId,
  receivedAt: call.receivedAt,
})

/** An arrival that is not taken, as it is counted. */
export const dropOf = (
  { raw, sourceId, receivedAt }: Pick<Arrival, 'raw' | 'sourceId' | 'receivedAt'>,
  problem: Problem,
  messageId: string | undefined,
): Drop => ({
  sourceId,
  code: problem.code,
  subject: problem.subject ?? problem.field,
  reason: sentenceOf(problem),
  messageId,
  at: receivedAt,
  call: raw,
})
