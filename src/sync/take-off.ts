import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { DeliveryStatus } from '../db/rows/destination.ts'
import { enqueueDeliveries } from '../destination/enqueue.ts'
import { waitAfter } from '../destination/retry.ts'
import { deliveriesOf, type Saying } from './agree.ts'
import { allConnections, type Connected } from './connected.ts'
import { freeList, holdList } from './hold.ts'
import { ask, halvesOf, type ListContext, making, type Part, partsOf, readyOf, SPLIT, type Trouble, type Work } from './list.ts'
import { toolsOf } from './react.ts'
import {
  callsOfRemovals,
  dueRemovals,
  putOff,
  type Removal,
  type RemovalEnd,
  setQueued,
  settleRemovals,
  stillToRemove,
} from './removal.ts'

// A request to be erased is answered within 30 days (spec/audiences §22.3); what does not take her off in seven never will.
const GIVEN_UP_MS = 7 * 86_400_000
const LOOKS_AGAIN_MS = 5_000
const PAUSED_MS = 60_000

type Off = Saying & { readonly removal: Removal }

const offOf = (removal: Removal, to: Off['to']): Off => ({
  removal,
  telling: { profileId: removal.profile_id, value: null, ids: [], at: removal.created_at },
  to,
  occasion: 'removal',
})

const later = ({ now }: ListContext, ms: number): Date => new Date(now().getTime() + ms)

const ON_THEIR_WAY: ReadonlySet<DeliveryStatus> = new Set(['queued', 'held', 'sending'])

// Their calls are delivered as any other, with the rate and the retries of their destination.
const lookAt = async (context: ListContext, removals: readonly Removal[]): Promise<void> => {
  const { db } = context
  const calls = await callsOfRemovals(db, removals)
  const stateOf = ({ profile_id }: Removal): 'on the way' | RemovalEnd => {
    const statuses = calls.get(profile_id) ?? []
    if (statuses.some((status) => ON_THEIR_WAY.has(status))) return 'on the way'
    return statuses.includes('delivered') && !statuses.includes('failed') ? 'delivered' : 'given up'
  }
  const states = Map.groupBy(removals, stateOf)
  await putOff(db, states.get('on the way') ?? [], later(context, LOOKS_AGAIN_MS), 0)
  for (const end of ['delivered', 'given up'] as const) await settleRemovals(db, states.get(end) ?? [], end)
}

/** Whom there is still to take off, each with the ids; who came back under all of them is settled. */
const stillOff = async (db: Db, connected: Connected, removals: readonly Removal[]): Promise<readonly Off[]> => {
  const idsOf = await stillToRemove(db, connected, removals)
  const all = removals.map((removal) => offOf(removal, idsOf(removal)))
  const cameBack = ({ to }: Off): boolean => to.length === 0
  await settleRemovals(
    db,
    all.filter(cameBack).map(({ removal }) => removal),
    'delivered',
  )
  return all.filter((each) => !cameBack(each))
}

const queueOff = async (
  context: ListContext,
  connected: Connected,
  tools: readonly string[],
  removals: readonly Removal[],
): Promise<void> => {
  const { db, now } = context
  const off = await stillOff(db, connected, removals)
  if (off.length === 0) return
  await transact(db, async (tx) => {
    const queued = await setQueued(
      tx,
      off.map(({ removal }) => removal),
      now(),
    )
    const mine = off.filter(({ removal }) => queued.has(removal.profile_id))
    await enqueueDeliveries(
      tx,
      connected.spaceId,
      mine.flatMap((each) => deliveriesOf(connected, tools, each, now())),
    )
    crashPoint('sync.removal_queued')
  })
}

const rest = (context: ListContext, removals: readonly Removal[], trouble: Trouble): Promise<void> => {
  const attempts = Math.max(...removals.map((removal) => removal.attempts)) + 1
  const after = trouble.kind === 'retry' ? trouble.afterSeconds : undefined
  return putOff(context.db, removals, later(context, waitAfter(attempts, context.random(), after)), 1)
}

// Answers whether the tool may be asked for more.
const sendOff = async (work: Work, listId: string, part: Part<Off>): Promise<boolean> => {
  const { db, connected, holder, tool, now } = work
  const removals = part.said.map(({ removal }) => removal)
  if (!(await holdList(db, connected, holder, now()))) return false
  const request = tool.change({ ...making(work), listId, calls: part.items })
  const { outcome } = await ask(work, request, String(part.items[0]?.['messageId'] ?? connected.id))
  crashPoint('sync.removal_sent')
  if (outcome.kind === 'delivered') {
    await settleRemovals(db, removals, 'delivered')
    return true
  }
  if (outcome.kind === 'retry' || !SPLIT.has(outcome.reason)) {
    await rest(work, removals, outcome)
    return false
  }
  if (part.said.length > 1) return sendAllOff(work, listId, halvesOf(work, part))
  await settleRemovals(db, removals, 'given up')
  return true
}

const sendAllOff = async (work: Work, listId: string, parts: readonly Part<Off>[]): Promise<boolean> => {
  for (const part of parts) if (!(await sendOff(work, listId, part))) return false
  return true
}

// Whoever sends to the list has sent before: what adds her does not come after what takes her off.
const takeOffList = async (context: ListContext, connected: Connected, removals: readonly Removal[]): Promise<void> => {
  const { db, now } = context
  const holder = context.newClaim()
  const held = await holdList(db, connected, holder, now())
  if (!held) return putOff(db, removals, later(context, LOOKS_AGAIN_MS), 0)
  const work = await readyOf(context, connected, holder)
  if (!work) await putOff(db, removals, later(context, PAUSED_MS), 0)
  else if ('kind' in work) await rest(context, removals, work)
  else if (held.listId !== null) await sendAllOff(work, held.listId, partsOf(work, await stillOff(db, connected, removals)))
  else await settleRemovals(db, removals, 'given up')
  await freeList(db, connected, holder)
}

const takeOff = async (context: ListContext, removals: readonly Removal[]): Promise<void> => {
  const { db, now } = context
  const [first] = removals
  const connections = first ? await allConnections(db, first.space_id) : []
  const connected = connections.find(({ id }) => id === first?.connection_id)
  const isOver = ({ created_at }: Removal): boolean => !connected || now().getTime() - created_at.getTime() > GIVEN_UP_MS
  await settleRemovals(db, removals.filter(isOver), 'given up')
  const left = removals.filter((removal) => !isOver(removal))
  await lookAt(
    context,
    left.filter(({ queued_at }) => queued_at !== null),
  )
  const waiting = left.filter(({ queued_at }) => queued_at === null)
  if (!connected || waiting.length === 0) return
  if (!connected.active) return putOff(db, waiting, later(context, PAUSED_MS), 0)
  if (connected.list) return takeOffList(context, connected, waiting)
  await queueOff(context, connected, toolsOf(connections, connected.computationId), waiting)
}

const AT_A_TIME = 20

/**
 * Tells destinations who of those that they know of was erased: lists themselves, in batches; others by calls among their deliveries, which are looked after until they are
 * delivered or not tried any more. One that is switched off is told when it is on again within seven days. Whoever dies at it is followed by one who tells it again.
 */
export const drainRemovals = async (context: ListContext): Promise<boolean> => {
  const due = await dueRemovals(context.db, context.now())
  const each = [...Map.groupBy(due, (removal) => `${removal.space_id} ${removal.connection_id}`).values()]
  await Promise.all(each.slice(0, AT_A_TIME).map((removals) => takeOff(context, removals)))
  return each.length > AT_A_TIME
}
