import { idFrom } from '../base/ids.ts'
import type { SubscriptionChangeRow, SubscriptionStatus } from '../db/rows/subscription.ts'
import type { GroupChange, SubscriptionChange } from './change.ts'
import { type GroupStateRow, type GroupWrite, groupKey, type StateRow, type StateWrite, vectorKey } from './state.ts'

export const CHANGE_ERRORS = {
  UNABLE_TO_SUBSCRIBE: 'This number opted out by texting STOP: only its owner can lift that, by texting START.',
  UNKNOWN_GROUP: 'There is no subscription group of this name: make it first.',
  GLOBAL_STATE_NOT_SUBSCRIBED:
    'The address is not subscribed on the channel: send "status": "SUBSCRIBED" with its consent first.',
} as const
export type ChangeErrorCode = keyof typeof CHANGE_ERRORS
export type ChangeError = { readonly code: ChangeErrorCode; readonly message: string }

/** `superseded`: something newer was known of the address, so the change left it as it is. */
export type Outcome = 'applied' | 'superseded' | 'refused'
export type SubscriptionResult = {
  readonly change: SubscriptionChange
  readonly outcome: Outcome
  readonly errors: readonly ChangeError[]
}

/** What is known before, as read and locked; `byPerson` when the address's owner acts, who may leave a group in any state. */
export type Known = {
  readonly spaceId: string
  readonly origin: string
  readonly now: Date
  readonly byPerson: boolean
  readonly groupIds: ReadonlyMap<string, string>
  readonly states: ReadonlyMap<string, StateRow>
  readonly groupStates: ReadonlyMap<string, GroupStateRow>
}

type Log = Omit<SubscriptionChangeRow, 'space_id'>
export type Decided = {
  readonly writes: ReadonlyMap<string, StateWrite>
  readonly groupWrites: ReadonlyMap<string, GroupWrite>
  readonly logs: readonly { readonly key: string; readonly row: Log }[]
  readonly results: readonly (SubscriptionResult & { readonly keys: readonly string[] })[]
}

type Held = { readonly status: SubscriptionStatus; readonly updated_at: Date; readonly locked?: boolean }
type Verdict = Outcome | ChangeErrorCode

const failed = (code: ChangeErrorCode): ChangeError => ({ code, message: CHANGE_ERRORS[code] })
const isError = (verdict: Verdict): verdict is ChangeErrorCode => verdict in CHANGE_ERRORS

// A change that was said in the future would outlive every later opt-out, so the future is now. One that is said right now is the
// newest there is, whatever the clock of another machine wrote.
const timeOf = (change: SubscriptionChange, now: Date, held: Held | undefined): Date => {
  if (change.at) return change.at < now ? change.at : now
  return held && held.updated_at > now ? held.updated_at : now
}

const globalVerdict = (held: Held | undefined, status: SubscriptionStatus, at: Date): Verdict => {
  if (held?.locked && status !== 'unsubscribed') return 'UNABLE_TO_SUBSCRIBE'
  return held && held.updated_at > at ? 'superseded' : 'applied'
}

const groupVerdict = (
  id: string | undefined,
  group: GroupChange,
  global: Held | undefined,
  held: Held | undefined,
  at: Date,
  byPerson: boolean,
): Verdict => {
  if (id === undefined) return 'UNKNOWN_GROUP'
  const leaving = byPerson && group.status !== 'subscribed'
  if (global?.status !== 'subscribed' && !leaving) return 'GLOBAL_STATE_NOT_SUBSCRIBED'
  return held && held.updated_at > at ? 'superseded' : 'applied'
}

const logRow = (known: Known, change: SubscriptionChange, index: number, at: Date, held: Held | undefined, group?: string) =>
  ({
    address: change.address,
    channel: change.channel,
    group_id: group ?? null,
    previous: held?.status ?? null,
    origin: known.origin,
    changed_at: at,
    id: idFrom(known.spaceId, change.channel, change.address, group ?? '', known.origin, at.toISOString(), String(index)),
  }) as const

/**
 * What becomes of each change, one after the other in the order in which they were said: the last word on an address wins. Pure: what
 * is known goes in, what to write comes out.
 */
export const decideChanges = (changes: readonly SubscriptionChange[], known: Known): Decided => {
  const states = new Map<string, Held>(known.states)
  const groupStates = new Map<string, Held>(known.groupStates)
  const writes = new Map<string, StateWrite>()
  const groupWrites = new Map<string, GroupWrite>()
  const logs: { key: string; row: Log }[] = []
  const results: (SubscriptionResult & { keys: string[] })[] = []

  const decideGlobal = (change: SubscriptionChange, index: number): Verdict => {
    if (!change.status) return 'applied'
    const key = vectorKey(change)
    const held = states.get(key)
    const at = timeOf(change, known.now, held)
    const verdict = globalVerdict(held, change.status, at)
    if (verdict !== 'applied') return verdict
    if (held?.status !== change.status)
      logs.push({ key, row: { ...logRow(known, change, index, at, held), status: change.status } })
    states.set(key, { status: change.status, updated_at: at, locked: held?.locked ?? false })
    writes.set(key, { channel: change.channel, address: change.address, status: change.status, at })
    return verdict
  }
  const decideGroup = (change: SubscriptionChange, index: number, group: GroupChange): Verdict => {
    const id = known.groupIds.get(group.id ?? group.name)
    const key = groupKey(change.address, id ?? '')
    const held = groupStates.get(key)
    const at = timeOf(change, known.now, held)
    const verdict = groupVerdict(id, group, states.get(vectorKey(change)), held, at, known.byPerson)
    if (verdict !== 'applied' || id === undefined) return verdict
    if (held?.status !== group.status)
      logs.push({ key, row: { ...logRow(known, change, index, at, held, id), status: group.status } })
    groupStates.set(key, { status: group.status, updated_at: at })
    groupWrites.set(key, { address: change.address, groupId: id, status: group.status, at })
    return verdict
  }

  const order = changes.map((change, index) => ({ change, index, at: timeOf(change, known.now, undefined).getTime() }))
  for (const { change, index } of order.toSorted((a, b) => a.at - b.at || a.index - b.index)) {
    const verdicts = [decideGlobal(change, index), ...change.groups.map((group) => decideGroup(change, index, group))]
    const errors = verdicts.filter(isError).map(failed)
    const outcome = errors.length > 0 ? 'refused' : verdicts.includes('superseded') ? 'superseded' : 'applied'
    const groupKeys = change.groups.map((g) => groupKey(change.address, known.groupIds.get(g.id ?? g.name) ?? ''))
    results[index] = { change, outcome, errors, keys: [...(change.status ? [vectorKey(change)] : []), ...groupKeys] }
  }
  return { writes, groupWrites, logs, results }
}
