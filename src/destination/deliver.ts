import { crashPoint } from '../base/crash-point.ts'
import type { JsonObject } from '../base/json.ts'
import type { DestinationRow } from '../db/rows/destination.ts'
import { LEASE_MS, type Taken } from './claim.ts'
import type { Outgoing } from './destination.ts'
import { discarded, examine, type Matched, requestOf, type Stop, warningsOf } from './pipeline.ts'
import type { Plan, ReadyMapping } from './plan.ts'
import type { Settled, Try } from './record.ts'
import { type Outcome, waitAfter } from './retry.ts'
import { exchange, type Reach } from './send.ts'

/** What a destination's insert function made of a call that a trigger fits: the call in its place, or why it goes no further. */
export type Inserted =
  | { readonly kind: 'call'; readonly call: JsonObject }
  | { readonly kind: 'drop'; readonly detail: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly detail: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string }

/** Runs between triggers and mappings, once for a call; undefined where the destination has none (spec/connections §0, §4). */
export type InsertFunction = (asked: {
  readonly destination: DestinationRow
  readonly call: JsonObject
  readonly now: Date
}) => Promise<Inserted | undefined>

export type DeliverContext = Reach & {
  /** From 0 to 1. */
  readonly random: () => number
  /** Waits until the destination's rate allows one more request; false where the worker is told to end. */
  readonly pace: () => Promise<boolean>
  readonly insert?: InsertFunction | undefined
  /** The tool said that it gets too much: nothing more is sent there for so long. */
  readonly rest: (ms: number) => void
  /** Whether a finished call is kept as a sample of those that came to the same. */
  readonly sample: (status: string, reason: string | null) => boolean
}

// A request is begun only where its answer comes before others may take the call over.
const LAST_BEGIN_MS = LEASE_MS - 25_000

const settled = (taken: Taken, warnings: readonly JsonObject[]): Omit<Settled, 'status' | 'reason' | 'detail' | 'keep'> => ({
  taken,
  warnings,
  done: taken.done,
  attempts: taken.attempts,
  dueAt: taken.due_at,
  tries: [],
})

type Sent = { readonly done: Readonly<Record<string, string>>; readonly tries: readonly Try[]; readonly last: Told }
/** The worst that any mapping came to; `left`: not begun. */
export type Told = Outcome | Stop | { readonly kind: 'left' }

const RANK = { left: 4, retry: 3, failed: 2, stop: 1, delivered: 0 } as const
const worse = (one: Told, other: Told): Told => (RANK[other.kind] > RANK[one.kind] ? other : one)

/** A request with the ids of what it sends, by which a tool knows what it got already. */
export const withIds = (outgoing: Outgoing, taken: Pick<Taken, 'message_id' | 'id' | 'attempts'>): Outgoing => ({
  ...outgoing,
  headers: {
    'user-agent': 'Usher',
    ...outgoing.headers,
    'usher-message-id': encodeURIComponent(taken.message_id),
    'usher-delivery-id': taken.id,
    'usher-attempt': String(taken.attempts),
  },
})

const sendOne = async (
  { now, hosts, pace, rest }: DeliverContext,
  taken: Taken,
  request: Outgoing | Stop,
): Promise<{ readonly told: Told; readonly tried?: Omit<Try, 'mappingId'> }> => {
  if ('kind' in request) return { told: request }
  if (!(await pace())) return { told: { kind: 'left' } }
  const at = now()
  if (at.getTime() - (taken.claimed_at ?? at).getTime() > LAST_BEGIN_MS) return { told: { kind: 'left' } }
  const made = await exchange(withIds(request, taken), { now, hosts })
  crashPoint('destination.called')
  const { outcome } = made
  if (made.status === 429 && outcome.kind === 'retry') rest(restMs(outcome.afterSeconds))
  return { told: outcome, tried: { at, exchange: made } }
}

const LONGEST_REST_MS = 60_000
const restMs = (afterSeconds = 1): number => Math.min(afterSeconds * 1_000, LONGEST_REST_MS)

const doneAs = (told: Told): string | undefined => {
  if (told.kind === 'delivered') return 'delivered'
  return told.kind === 'failed' ? told.reason : undefined
}

// One after the other, in the order in which they stand; those that have their answer are not repeated.
const sendAll = async (context: DeliverContext, plan: Plan, taken: Taken, { call, mappings }: Matched): Promise<Sent> => {
  const done: Record<string, string> = { ...taken.done }
  const tries: Try[] = []
  const sendBy = async (mapping: ReadyMapping): Promise<Told> => {
    const { told, tried } = await sendOne(context, taken, requestOf(plan, mapping, call, context.now()))
    if (tried) tries.push({ mappingId: mapping.row.id, ...tried })
    const answer = doneAs(told)
    if (answer !== undefined) done[mapping.row.id] = answer
    return told
  }
  let last: Told = { kind: 'delivered' }
  let stopped: Stop | undefined
  for (const mapping of mappings) {
    if (done[mapping.row.id] !== undefined) continue
    const told = await sendBy(mapping)
    if (told.kind === 'stop') stopped = told
    else last = worse(last, told)
  }
  const refused = Object.values(done).find((answer) => answer !== 'delivered')
  if (last.kind === 'delivered' && refused !== undefined)
    last = { kind: 'failed', reason: refused, detail: 'An earlier attempt was refused.' }
  // A mapping that had nothing to send is no failure beside one that had.
  const nothing = Object.keys(done).length === 0 && last.kind === 'delivered'
  return { done, tries, last: nothing && stopped ? stopped : last }
}

const again = (
  context: DeliverContext,
  plan: Plan,
  base: Omit<Settled, 'status' | 'reason' | 'detail' | 'keep'>,
  { reason, detail, afterSeconds }: Extract<Outcome, { kind: 'retry' }>,
): Settled => {
  const now = context.now().getTime()
  const dueAt = new Date(now + waitAfter(base.attempts, context.random(), afterSeconds))
  const ends = (base.taken.tried_at?.getTime() ?? now) + plan.destination.retry_minutes * 60_000
  if (dueAt.getTime() <= ends) return { ...base, status: 'queued', reason, detail, dueAt, keep: true }
  const why = `Tried ${base.attempts} times in ${plan.destination.retry_minutes} minutes; last: ${reason} ${detail}`
  return { ...base, status: 'failed', reason: 'expires', detail: why, keep: true }
}

const settleAs = (
  context: DeliverContext,
  plan: Plan,
  base: Omit<Settled, 'status' | 'reason' | 'detail' | 'keep'>,
  told: Told,
): Settled => {
  switch (told.kind) {
    case 'delivered':
      return { ...base, status: 'delivered', reason: null, detail: null, keep: context.sample('delivered', null) }
    case 'stop':
      return {
        ...base,
        status: told.status,
        reason: told.reason,
        detail: told.detail,
        keep: context.sample(told.status, told.reason),
      }
    case 'failed':
      return { ...base, status: 'failed', reason: told.reason, detail: told.detail, keep: true }
    case 'retry':
      return again(context, plan, base, told)
    case 'left':
      // Nothing was sent by this attempt, so it is none.
      return { ...base, status: 'queued', attempts: base.attempts - 1, reason: null, detail: null, keep: true }
  }
}

/** A call behind the destination's insert function, where it has one. */
export const insertInto = async (
  context: Pick<DeliverContext, 'insert' | 'now'>,
  plan: Plan,
  matched: Matched,
): Promise<Told | Matched> => {
  const { destination } = plan
  const inserted = await context.insert?.({ destination, call: matched.call, now: context.now() })
  switch (inserted?.kind) {
    case undefined:
      return matched
    case 'call':
      return { ...matched, call: inserted.call }
    case 'drop':
      return discarded('DROP_EVENT', inserted.detail)
    case 'retry':
    case 'failed':
      return inserted
  }
}

/** Takes one call through everything that stands between it and its destination, and says what became of it. Never throws for what a call or a tool is like. */
export const deliver = async (context: DeliverContext, plan: Plan, taken: Taken): Promise<Settled> => {
  const call = taken.payload ?? {}
  const base = settled(taken, warningsOf(call))
  const examined = examine(plan, { ...taken, call })
  if (examined.kind === 'stop') return settleAs(context, plan, base, examined)
  const matched = await insertInto(context, plan, examined)
  if (matched.kind !== 'matched') return settleAs(context, plan, base, matched)
  const { done, tries, last } = await sendAll(context, plan, taken, matched)
  const attempted = last.kind === 'left' && tries.length > 0 ? { ...base, attempts: base.attempts + 1 } : base
  return settleAs(context, plan, { ...attempted, done, tries }, last)
}
