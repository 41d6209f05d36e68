import { crashPoint } from '../base/crash-point.ts'
import { timeOrderedId } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import { enqueueDeliveries, type NewDelivery } from '../destination/enqueue.ts'
import { markSeen } from '../event/event.ts'
import { ensurePartitions } from '../event/partitions.ts'
import { createGraph } from '../profile/graph.ts'
import { identifierKey } from '../profile/identifier.ts'
import { agedIdentifiers, Collision, loadPeople, type Owners, type Wanted } from '../profile/load.ts'
import { carryOver } from '../profile/merge.ts'
import { living } from '../profile/person.ts'
import { addRefusals } from '../profile/refusal.ts'
import { addSeenTypes, MOST_TYPES, type Rules } from '../profile/rules.ts'
import { saveGraph } from '../profile/save.ts'
import { recordViolations } from '../tracking-plan/violations.ts'
import { type Arrival, arrivalOf } from './arrival.ts'
import { attachCalls, type Identified } from './attach.ts'
import type { Call } from './call.ts'
import type { Uncounted } from './counter.ts'
import { type DestinationsOf, deliveriesOfFiltered, deliveriesOfStored } from './deliveries.ts'
import { openDoor } from './door.ts'
import { type Drop, recordDrops } from './drop.ts'
import { brokenIn, forwardsOf } from './forward.ts'
import { type Noted, openDestinations } from './gates.ts'
import { isBuiltIn } from './identifiers.ts'
import { throughInserts } from './insert.ts'
import { dropsOf, type Judged, judgeArrivals, keptOf } from './judge.ts'
import { parseCall, type Surroundings } from './parse.ts'
import { type Outcome, type Result, resultsOf } from './results.ts'
import type { Settings } from './settings.ts'
import { type Attached, storeAttached } from './store.ts'
import { type Told, toldBy } from './told.ts'
import { dropsOfRefusals, violationsOf } from './violations.ts'

/** Whether other processes have work now. */
export type Stored = Told & {
  readonly results: readonly Result[]
  readonly announced: boolean
  /** Whether calls now wait for destinations. */
  readonly delivering: boolean
  /** Whom a stored call is about, by its message id. */
  readonly profileOf: (messageId: string) => string | undefined
}

const ATTEMPTS = 20

const PER_DRAW = 4_096
/** Where in an id the twelve bits lie by which those of one draw differ: three hexadecimal digits behind the version. */
const [NUMBER_FROM, NUMBER_TO] = [15, 18]

/**
 * Ids that are ordered by time and, within one batch, by the order in which they are made: of two profiles of one batch one is the older.
 * Chance is drawn once for 4,096 of them, which differ by their number: drawing for each was a tenth of all work.
 */
export const orderedIds = (now: Date, random: (bytes: number) => Uint8Array): (() => string) => {
  let made = PER_DRAW
  let [before, behind] = ['', '']
  return () => {
    if (made === PER_DRAW) {
      made = 0
      const drawn = timeOrderedId(now, random(10))
      ;[before, behind] = [drawn.slice(0, NUMBER_FROM), drawn.slice(NUMBER_TO)]
    }
    return `${before}${(made++).toString(16).padStart(3, '0')}${behind}`
  }
}

/** Whom a call names: people, and an account. */
export const namedBy = ({ call: { groupId }, identifiers }: Identified): readonly Wanted[] => {
  const people = identifiers.map(({ type, value }): Wanted => ({ collection: 'users', type, value }))
  return groupId === undefined ? people : [...people, { collection: 'accounts', type: 'group_id', value: groupId }]
}

/** Whom these calls name, each once. */
export const wantedBy = (calls: readonly Identified[]): readonly Wanted[] => {
  const wanted = new Map<string, Wanted>()
  for (const call of calls) for (const one of namedBy(call)) wanted.set(identifierKey(one.collection, one), one)
  return [...wanted.values()]
}

/** What a transaction did. */
export type Transaction = Outcome & {
  readonly announced: boolean
  readonly delivering: boolean
  readonly profileOf: (messageId: string) => string | undefined
  /** Identifiers that were not taken. */
  readonly drops: readonly Drop[]
}
const NO_DROPS: readonly Drop[] = []
const NO_VIOLATIONS: Outcome['violations'] = new Map()
/** Goes into the same transaction and is told what it did; it may run more than once. */
export type Beside = (tx: Db, done: Transaction) => Promise<void>
/** Of a transaction that had nothing to do. */
export const NOTHING: Transaction = {
  stored: new Set(),
  violations: NO_VIOLATIONS,
  announced: false,
  delivering: false,
  profileOf: () => undefined,
  drops: NO_DROPS,
}
/** What a transaction is to do. */
export type Work = {
  readonly spaceId: string
  readonly calls: readonly Identified[]
  readonly settings: Settings
  readonly destinationsOf: DestinationsOf
  /** Of calls that are not stored. */
  readonly passing: readonly NewDelivery[]
  readonly now: Date
  readonly newId: () => string
  readonly beside: Beside | undefined
  /** Who the calls name, where that was asked for already. */
  readonly owners?: Owners | undefined
}

// Put together for whoever asks: hardly anybody does.
const whomIn = (attached: readonly Attached[]): Transaction['profileOf'] => {
  let ids: ReadonlyMap<string, string> | undefined
  return (messageId) => {
    ids ??= new Map(attached.map(({ call, person }) => [call.messageId, living(person).id]))
    return ids.get(messageId)
  }
}

const storeCallsOf = async (
  tx: Db,
  { spaceId, calls, settings, destinationsOf, now, newId, owners }: Work,
): Promise<Transaction> => {
  const { rules, awaited } = settings
  const fresh = await markSeen(
    tx,
    spaceId,
    calls.map(({ call }) => call.messageId),
    now,
  )
  crashPoint('ingest.seen')
  const first = new Map<string, Identified>()
  for (const one of calls) if (fresh.has(one.call.messageId) && !first.has(one.call.messageId)) first.set(one.call.messageId, one)
  const kept = [...first.values()]
  if (kept.length === 0) return { ...NOTHING, stored: fresh }
  const people = await loadPeople(tx, spaceId, wantedBy(kept), owners)
  const graph = createGraph(people, rules, await agedIdentifiers(tx, spaceId, people, rules), newId)
  const attached = attachCalls(graph, kept)
  await saveGraph(tx, spaceId, graph)
  await carryOver(tx, spaceId, graph)
  crashPoint('ingest.profiles_saved')
  const announced = await storeAttached(tx, spaceId, graph, attached, awaited, now)
  const deliveries = deliveriesOfStored(attached, destinationsOf)
  await enqueueDeliveries(tx, spaceId, deliveries)
  const { refusals } = graph
  await addRefusals(tx, spaceId, refusals)
  const done = { ...NOTHING, stored: fresh, announced, delivering: deliveries.length > 0, profileOf: whomIn(attached) }
  if (refusals.length === 0) return done
  return { ...done, violations: violationsOf(refusals), drops: dropsOfRefusals(refusals, kept) }
}

const storeOnce = (db: Db, work: Work): Promise<Transaction> =>
  transact(db, async (tx) => {
    const stored = await storeCallsOf(tx, work)
    await enqueueDeliveries(tx, work.spaceId, work.passing)
    const done = work.passing.length === 0 ? stored : { ...stored, delivering: true }
    await work.beside?.(tx, done)
    crashPoint('ingest.before_commit')
    return done
  })

/** Stores calls whose partitions and types are there. Who collides starts again with what the other wrote, and one of them always got through. */
export const storeReady = async (db: Db, work: Work): Promise<Transaction> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await storeOnce(db, attempt === 1 ? work : { ...work, owners: undefined })
    } catch (error) {
      if (!(error instanceof Collision) || attempt === ATTEMPTS) throw error
    }
  }
}

const registerTypes = (db: Db, spaceId: string, calls: readonly Identified[], rules: Rules): Promise<void> => {
  const types = new Set(calls.flatMap(({ identifiers }) => identifiers.map(({ type }) => type)))
  const fresh = [...types].filter((type) => !isBuiltIn(type) && !rules.known.has(type))
  return addSeenTypes(db, spaceId, rules.known.size < MOST_TYPES ? fresh : [])
}

/** Makes the partitions and the types of identifiers that these calls need. */
export const makeReady = async (db: Db, spaceId: string, { calls, settings, now }: Batch['work']): Promise<void> => {
  await ensurePartitions(db, new Set(calls.map(({ call }) => call.timestamp.getTime())), now)
  await registerTypes(db, spaceId, calls, settings.rules)
}

/** The instant of a batch, and chance for the ids that it makes. */
export type Context = { readonly now: Date; readonly random: (bytes: number) => Uint8Array }

/** Stores calls in one transaction, when what they need is there; `beside` goes into it also where there is nothing to store. */
export const storeKept = async (
  db: Db,
  spaceId: string,
  work: Omit<Work, 'spaceId' | 'newId'>,
  random: Context['random'],
): Promise<Transaction> => {
  const { calls, passing, now, beside } = work
  if (calls.length + passing.length === 0) {
    if (beside) await transact(db, (tx) => beside(tx, NOTHING))
    return NOTHING
  }
  await makeReady(db, spaceId, work)
  return storeReady(db, { ...work, spaceId, newId: orderedIds(now, random) })
}

/** Calls that were asked about, as one transaction stores them. */
export type Batch = {
  readonly judged: readonly Judged[]
  readonly noted: readonly Noted[]
  readonly work: Omit<Work, 'spaceId' | 'newId' | 'beside'>
}

/** Asks what is in force now about calls, and stores nothing yet. @throws Unavailable when the database is away. */
export const judgeBatch = async (db: Db, spaceId: string, given: readonly Arrival[], now: Date): Promise<Batch> => {
  const { settings, arrivals, gates } = await openDoor(db, spaceId, given, now)
  const { rulesOf, noted } = gates
  const judged = judgeArrivals(arrivals, settings, rulesOf, await throughInserts(spaceId, arrivals, gates))
  const forwarded = forwardsOf(noted)
  const forwards = judgeArrivals(forwarded, settings, () => [])
  const destinationsOf = await openDestinations(
    db,
    spaceId,
    [...arrivals, ...forwarded].map(({ sourceId }) => sourceId),
    settings.gated,
  )
  const passing = deliveriesOfFiltered(spaceId, judged, destinationsOf)
  return { judged, noted, work: { calls: keptOf([...judged, ...forwards]), settings, destinationsOf, passing, now } }
}

/** What the caller of a batch is told, and what it must count, of what transactions did. */
export const storedOf = ({ judged, noted }: Batch, done: Transaction): Stored & Uncounted => ({
  results: resultsOf(judged, done),
  announced: done.announced,
  delivering: done.delivering,
  profileOf: done.profileOf,
  ...toldBy(noted),
  drops: [...dropsOf(judged), ...done.drops],
  broken: brokenIn(noted, done.stored),
})

/** Counts what was dropped and what broke a plan: after the commit, so that nobody waits for it on the rows in which is counted. */
export const counted = async (db: Db, spaceId: string, { drops, broken, ...stored }: Stored & Uncounted): Promise<Stored> => {
  await recordDrops(db, spaceId, drops)
  await recordViolations(db, spaceId, broken)
  return stored
}

/**
 * Stores what came in, in one transaction, and answers, in their order, what became of each, and what the caller must count. When it returns, what is
 * `stored` survives any crash. The calls of a batch do exactly what they would do one by one, in their order.
 * @throws Unavailable when the database is away.
 */
export const storeArrivals = async (
  db: Db,
  spaceId: string,
  given: readonly Arrival[],
  { now, random }: Context,
): Promise<Stored & Uncounted> => {
  const batch = await judgeBatch(db, spaceId, given, now)
  return storedOf(batch, await storeKept(db, spaceId, { ...batch.work, beside: undefined }, random))
}

const storeAndCount = async (db: Db, spaceId: string, arrivals: readonly Arrival[], context: Context): Promise<Stored> =>
  counted(db, spaceId, await storeArrivals(db, spaceId, arrivals, context))

/** Stores calls that a room of ours made itself. */
export const storeCalls = (db: Db, spaceId: string, calls: readonly Call[], context: Context): Promise<Stored> =>
  storeAndCount(db, spaceId, calls.map(arrivalOf), context)

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
  const arrivals = calls.map((raw) => ({ raw, parsed: parseCall(raw, around), sourceId: source.sourceId, receivedAt }))
  return (await storeAndCount(db, source.spaceId, arrivals, { now: receivedAt, random })).results
}
