import { crashPoint } from '../base/crash-point.ts'
import { timeOrderedId } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { markSeen } from '../event/event.ts'
import { ensurePartitions } from '../event/partitions.ts'
import { createGraph } from '../profile/graph.ts'
import { agedIdentifiers, Collision, loadPeople, type Wanted } from '../profile/load.ts'
import { carryOver } from '../profile/merge.ts'
import { addSeenTypes, type Rules } from '../profile/rules.ts'
import { saveGraph } from '../profile/save.ts'
import { attachCalls, type Identified, isAboutAccount } from './attach.ts'
import type { Call } from './call.ts'
import { identifiersOf, isBuiltIn } from './identifiers.ts'
import { parseCall, type Surroundings } from './parse.ts'
import { problem } from './problems.ts'
import { joinResults, type Result } from './results.ts'
import { readSettings, type Settings } from './settings.ts'
import { storeAttached } from './store.ts'

/** Whether other processes have work now. */
export type Stored = { readonly results: readonly Result[]; readonly announced: boolean }

const ATTEMPTS = 20

const PER_DRAW = 4_096

/**
 * Ids that are ordered by time and, within one batch, by the order in which they are made: of two profiles of one batch one is the older.
 * Chance is drawn once for 4,096 of them, which differ by their number: drawing for each was a tenth of all work.
 */
export const orderedIds = (now: Date, random: (bytes: number) => Uint8Array): (() => string) => {
  let made = 0
  let drawn = random(10)
  return () => {
    if (made === PER_DRAW) {
      made = 0
      drawn = random(10)
    }
    drawn[0] = made >> 8
    drawn[1] = made & 255
    made++
    return timeOrderedId(now, drawn)
  }
}

const wantedBy = (calls: readonly Identified[]): readonly Wanted[] => {
  const wanted = new Map<string, Wanted>()
  for (const { call, identifiers } of calls) {
    for (const { type, value } of identifiers) wanted.set(`u ${type} ${value}`, { collection: 'users', type, value })
    if (call.groupId !== undefined)
      wanted.set(`a ${call.groupId}`, { collection: 'accounts', type: 'group_id', value: call.groupId })
  }
  return [...wanted.values()]
}

type Transaction = { readonly stored: ReadonlySet<string>; readonly announced: boolean }

const storeOnce = (
  db: Db,
  spaceId: string,
  calls: readonly Identified[],
  { rules, awaited }: Settings,
  now: Date,
  newId: () => string,
) =>
  transact(db, async (tx): Promise<Transaction> => {
    const fresh = await markSeen(
      tx,
      spaceId,
      calls.map(({ call }) => call.messageId),
      now,
    )
    crashPoint('ingest.seen')
    const first = new Map<string, Identified>()
    for (const one of calls)
      if (fresh.has(one.call.messageId) && !first.has(one.call.messageId)) first.set(one.call.messageId, one)
    const kept = [...first.values()]
    if (kept.length === 0) return { stored: fresh, announced: false }
    const people = await loadPeople(tx, spaceId, wantedBy(kept))
    const graph = createGraph(people, rules, await agedIdentifiers(tx, spaceId, people, rules), newId)
    const attached = attachCalls(graph, kept)
    await saveGraph(tx, spaceId, graph)
    await carryOver(tx, spaceId, graph)
    crashPoint('ingest.profiles_saved')
    const announced = await storeAttached(tx, spaceId, graph, attached, awaited, now)
    crashPoint('ingest.before_commit')
    return { stored: fresh, announced }
  })

// Who collides starts again with what the other wrote, and one of them always got through.
const storeIdentified = async (
  db: Db,
  spaceId: string,
  calls: readonly Identified[],
  settings: Settings,
  now: Date,
  newId: () => string,
) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await storeOnce(db, spaceId, calls, settings, now, newId)
    } catch (error) {
      if (!(error instanceof Collision) || attempt === ATTEMPTS) throw error
    }
  }
}

const registerTypes = (db: Db, spaceId: string, calls: readonly Identified[], rules: Rules): Promise<void> => {
  const types = new Set(calls.flatMap(({ identifiers }) => identifiers.map(({ type }) => type)))
  return addSeenTypes(
    db,
    spaceId,
    [...types].filter((type) => !isBuiltIn(type) && !rules.known.has(type)),
  )
}

/**
 * Stores checked calls in one transaction and answers, in their order, what became of each. When it returns, what is `stored` survives any
 * crash. The calls of a batch do exactly what they would do one by one, in their order. @throws Unavailable when the database is away.
 */
export const storeCalls = async (
  db: Db,
  spaceId: string,
  calls: readonly Call[],
  { now, random }: { readonly now: Date; readonly random: (bytes: number) => Uint8Array },
): Promise<Stored> => {
  const settings = await readSettings(db, spaceId, now)
  const { rules } = settings
  const identified = calls.map((call) => ({ call, identifiers: identifiersOf(call.places, rules) }))
  const isUsable = ({ call, identifiers }: Identified): boolean => identifiers.length > 0 || isAboutAccount(call)
  const usable = identified.filter(isUsable)
  await ensurePartitions(db, new Set(usable.map(({ call }) => call.timestamp.getTime())), now)
  await registerTypes(db, spaceId, usable, rules)
  const { stored, announced } =
    usable.length === 0
      ? { stored: new Set<string>(), announced: false }
      : await storeIdentified(db, spaceId, usable, settings, now, orderedIds(now, random))
  const told = new Set<string>()
  const results = identified.map((one): Result => {
    const { messageId } = one.call
    if (!isUsable(one)) return { status: 'dropped', messageId, ...problem('no_matching_identifiers') }
    const isNew = stored.has(messageId) && !told.has(messageId)
    told.add(messageId)
    return { status: isNew ? 'stored' : 'duplicate', messageId }
  })
  return { results, announced }
}

/**
 * Takes calls as they are written on the wire (`{type, userId, event, …}`), checks and stores them: for rooms that produce events
 * themselves. Answers, in their order, what became of each.
 */
export const ingestCalls = async (
  db: Db,
  source: { readonly spaceId: string; readonly sourceId: string },
  calls: readonly unknown[],
  { receivedAt, random }: { readonly receivedAt: Date; readonly random: (bytes: number) => Uint8Array },
): Promise<readonly Result[]> => {
  const around: Surroundings = {
    sourceId: source.sourceId,
    receivedAt,
    newMessageId: () => timeOrderedId(receivedAt, random(10)),
  }
  const parsed = calls.map((call) => parseCall(call, around))
  const good = parsed.flatMap((one) => (one.kind === 'call' ? [one.call] : []))
  const { results } = await storeCalls(db, source.spaceId, good, { now: receivedAt, random })
  return joinResults(parsed, results)
}
