import pLimit from 'p-limit'
import { type Bucket, bucket } from '../base/bucket.ts'
import { crashPoint } from '../base/crash-point.ts'
import { pause } from '../base/pause.ts'
import type { Db } from '../db/database.ts'
import {
  claimDeliveries,
  type Due,
  destinationsWithWork,
  type Holder,
  holdDestination,
  letGo,
  type Taken,
  takeOver,
} from './claim.ts'
import { type DeliverContext, deliver, type InsertFunction } from './deliver.ts'
import { loadPlan, type Plan } from './plan.ts'
import { record, type Settled } from './record.ts'
import { createSample } from './sample.ts'

/** What delivering needs from outside. `insert` runs a destination's function, where there are functions. */
export type DrainContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  readonly random: () => number
  readonly insert?: InsertFunction | undefined
  readonly failed: (error: unknown) => void
}

/** Everything a worker process does for destinations. */
export type Deliveries = {
  /** Finds destinations with calls due, and begins to drain those that it may. Answers how many it began with. */
  readonly wake: () => Promise<number>
  /** Until all that is being drained is done. */
  readonly idle: () => Promise<void>
  /** Begins nothing more, and waits for what is on its way. */
  readonly stop: () => Promise<void>
}

const BATCH = 50
const CONCURRENT_CALLS = 10
/** So many destinations are drained at a time; the others wait for the next look. */
const CONCURRENT_DESTINATIONS = 20

type Paced = { readonly pace: Bucket; readonly perSecond: number }

const keyOf = ({ spaceId, destinationId }: Due): string => `${spaceId} ${destinationId}`

const rateOf = ({ destination, tool }: Plan): number => destination.rate_per_second ?? tool.ratePerSecond

// What a rate cannot send while a claim lasts is left to wait.
const batchSize = (plan: Plan): number => Math.max(1, Math.min(BATCH, rateOf(plan) * 10))

// Written as they come, together with what came while the last was written: a crash repeats few calls, and a slow one keeps none back.
const createRecorder = (write: (settled: readonly Settled[]) => Promise<void>) => {
  let waiting: Settled[] = []
  let writing: Promise<void> | undefined
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      await write(taken)
    }
    writing = undefined
  }
  return {
    note: (one: Settled): void => {
      waiting.push(one)
      writing ??= flush()
      writing.catch(() => {})
    },
    done: async (): Promise<void> => {
      await writing
      await flush()
    },
  }
}

const failedInside = (taken: Taken, error: unknown): Settled => ({
  taken,
  status: 'discarded',
  reason: 'INTERNAL',
  detail: error instanceof Error ? error.message : String(error),
  warnings: [],
  done: taken.done,
  attempts: taken.attempts,
  dueAt: taken.due_at,
  tries: [],
  keep: true,
})

// Live calls go first. Where none is due, replayed ones go, for about a second: who calls meanwhile waits no longer.
const takeNext = async ({ db, now }: DrainContext, due: Due, plan: Plan, claim: string): Promise<readonly Taken[]> => {
  const live = await claimDeliveries(db, due, claim, now(), { limit: batchSize(plan), replay: false })
  if (live.length > 0) return live
  return claimDeliveries(db, due, claim, now(), { limit: Math.min(BATCH, rateOf(plan)), replay: true })
}

const drainBatch = async (context: DrainContext, due: Due, plan: Plan, around: DeliverContext): Promise<number> => {
  const { db, now } = context
  const claim = context.newClaim()
  const taken = await takeNext(context, due, plan, claim)
  crashPoint('destination.claimed')
  const recorder = createRecorder((settled) => record(db, due.spaceId, claim, settled, now()))
  const limit = pLimit(CONCURRENT_CALLS)
  const one = async (each: Taken): Promise<void> => {
    const settled = await deliver(around, plan, each).catch((error: unknown) => {
      context.failed(error)
      return failedInside(each, error)
    })
    recorder.note(settled)
  }
  await Promise.all(taken.map((each) => limit(() => one(each))))
  await recorder.done()
  crashPoint('destination.recorded')
  return taken.length
}

const createPaces = () => {
  const paces = new Map<string, Paced>()
  return (plan: Plan): Bucket => {
    const key = keyOf({ spaceId: plan.destination.space_id, destinationId: plan.destination.id })
    const perSecond = rateOf(plan)
    const there = paces.get(key)
    if (there?.perSecond === perSecond) return there.pace
    const pace = bucket(perSecond)
    paces.set(key, { pace, perSecond })
    return pace
  }
}

/** See `Deliveries`. Any number of processes may do it beside each other: a destination is called by one of them at a time. */
export const createDeliveries = (context: DrainContext): Deliveries => {
  const { db, now } = context
  const holder = context.newClaim()
  const me = (): Holder => ({ holder, now: now() })
  const ending = new AbortController()
  const draining = new Map<string, Promise<void>>()
  const sample = createSample(now)
  const paceOf = createPaces()
  const resting = new Map<string, number>()
  const mayCall = (key: string): boolean => !ending.signal.aborted && (resting.get(key) ?? 0) <= now().getTime()

  const around = (due: Due, pace: Bucket): DeliverContext => ({
    now,
    random: context.random,
    insert: context.insert,
    sample: (status, reason) => sample([due.spaceId, due.destinationId, status, reason].join(' ')),
    pace: async () => {
      if (mayCall(keyOf(due))) await pause(pace.wait(1, now().getTime()), ending.signal)
      return mayCall(keyOf(due))
    },
    rest: (ms) => void resting.set(keyOf(due), now().getTime() + ms),
  })
  const drain = async (due: Due): Promise<void> => {
    if (!(await holdDestination(db, due, me()))) return
    await takeOver(db, due, now())
    while (mayCall(keyOf(due))) {
      const plan = await loadPlan(db, due.spaceId, due.destinationId)
      if (!plan || !(await holdDestination(db, due, me()))) break
      if ((await drainBatch(context, due, plan, around(due, paceOf(plan)))) === 0) break
    }
    await letGo(db, due, me())
  }
  const begin = (due: Due): boolean => {
    const key = keyOf(due)
    if (draining.has(key) || draining.size >= CONCURRENT_DESTINATIONS || !mayCall(key)) return false
    resting.delete(key)
    draining.set(
      key,
      drain(due)
        .catch(context.failed)
        .finally(() => draining.delete(key)),
    )
    return true
  }
  const idle = async (): Promise<void> => {
    while (draining.size > 0) await Promise.all(draining.values())
  }
  return {
    wake: async () => {
      const due = ending.signal.aborted ? [] : await destinationsWithWork(db, me())
      return due.filter(begin).length
    },
    idle,
    stop: async () => {
      ending.abort()
      await idle()
    },
  }
}
