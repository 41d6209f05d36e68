import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { ownersOf } from '../profile/load.ts'
import { dropOf } from './arrival.ts'
import type { Identified } from './attach.ts'
import { isAboutData } from './gather.ts'
import {
  type Batch,
  type Context,
  counted,
  makeReady,
  NOTHING,
  orderedIds,
  type Stored,
  storedOf,
  storeKept,
  storeReady,
  type Transaction,
  wantedBy,
} from './ingest.ts'
import { keptOf } from './judge.ts'
import { lanesOf } from './lanes.ts'
import { problem } from './problems.ts'
import { type Result, resultsOf } from './results.ts'
import type { Settings } from './settings.ts'

/*
 * Calls of the past, which come by file or by replay: what happened then counts on profiles and in audiences, and no journey hears of it, so none
 * begins, goes on or ends for it (spec/journeys §3.2: journeys that begin with an event have no history), and no destination.
 */

const NOBODY_WAITS: Settings['awaited'] = new Set()
const ofThePast = ({ work }: Batch): Batch['work'] => ({
  ...work,
  settings: { ...work.settings, awaited: NOBODY_WAITS },
  destinationsOf: () => [],
  passing: [],
})

/** Stores calls of the past in one transaction; `beside` goes into it and is told what became of each call; it may run more than once. */
export const storeHistory = async (
  db: Db,
  spaceId: string,
  batch: Batch,
  { random, beside }: Pick<Context, 'random'> & { readonly beside: (tx: Db, results: readonly Result[]) => Promise<void> },
): Promise<Stored> => {
  const work = { ...ofThePast(batch), beside: (tx: Db, done: Transaction) => beside(tx, resultsOf(batch.judged, done)) }
  return counted(db, spaceId, storedOf(batch, await storeKept(db, spaceId, work, random)))
}

// While one transaction waits for the database, what the other needs is worked out here; a third would find nobody to work for it.
const LANES = 2

const united = (a: Transaction, b: Transaction): Transaction => ({
  stored: new Set([...a.stored, ...b.stored]),
  violations: new Map([...a.violations, ...b.violations]),
  spoiled: new Set([...(a.spoiled ?? []), ...(b.spoiled ?? [])]),
  announced: a.announced || b.announced,
  delivering: a.delivering || b.delivering,
  profileOf: (messageId) => a.profileOf(messageId) ?? b.profileOf(messageId),
  drops: [...a.drops, ...b.drops],
})

const spoiledBy = ({ call, raw }: Identified): Transaction => ({
  ...NOTHING,
  spoiled: new Set([call.messageId]),
  drops: [dropOf({ ...call, raw }, problem('bad_request'), call.messageId)],
})

type Store = (calls: readonly Identified[]) => Promise<Transaction>

// One call that Postgres does not take spoils its whole transaction: halves are tried until it is alone.
const whatCan =
  (store: Store): Store =>
  async (calls) => {
    try {
      return await store(calls)
    } catch (error) {
      if (!isAboutData(error)) throw error
      const [only] = calls
      if (only && calls.length === 1) return spoiledBy(only)
      const half = calls.length >> 1
      const first = await whatCan(store)(calls.slice(0, half))
      return united(first, await whatCan(store)(calls.slice(half)))
    }
  }

// Nothing goes on behind the back of whoever tries again.
const allDone = async (running: readonly Promise<Transaction>[]): Promise<Transaction> => {
  await Promise.allSettled(running)
  return (await Promise.all(running)).reduce(united, NOTHING)
}

/**
 * Stores calls of the past in transactions that run beside each other: those of people who have nothing to do with each other, each in its order.
 * What the database does not take is dropped alone. `ahead` goes into each transaction and is told how many of the calls it stores.
 */
export const storeInLanes = async (
  db: Db,
  spaceId: string,
  batch: Batch,
  { random, ahead }: Pick<Context, 'random'> & { readonly ahead: (tx: Db, stored: number) => Promise<void> },
): Promise<Stored> => {
  const past = ofThePast(batch)
  await makeReady(db, spaceId, past)
  const newId = orderedIds(past.now, random)
  const owners = await ownersOf(db, spaceId, wantedBy(past.calls))
  // What a plan forwards is stored with them, and is none of them.
  const own = new Set(keptOf(batch.judged).map(({ call }) => call.messageId))
  const beside = (tx: Db, { stored }: Transaction): Promise<void> => ahead(tx, [...stored].filter((id) => own.has(id)).length)
  const store = whatCan(async (calls) => {
    const done = await storeReady(db, { ...past, calls, spaceId, newId, beside, owners })
    crashPoint('ingest.lane_stored')
    return done
  })
  return counted(db, spaceId, storedOf(batch, await allDone(lanesOf(past.calls, owners, LANES).map(store))))
}
