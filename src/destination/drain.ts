import { type Bucket, bucket } from '../base/bucket.ts'
import { pause } from '../base/pause.ts'
import { type BatchContext, drainBatch, rateOf } from './batch.ts'
import { type Due, destinationsWithWork, type Holder, holdDestination, letGo, takeOver } from './claim.ts'
import type { DeliverContext, InsertFunction } from './deliver.ts'
import { loadPlan, type Plan } from './plan.ts'
import { createSample } from './sample.ts'

/** What delivering needs from outside. `insert` runs a destination's function, where there are functions. */
export type DrainContext = BatchContext & {
  readonly random: () => number
  /** The only hosts that destinations may be at, where the operator names some. */
  readonly hosts?: readonly string[] | undefined
  readonly insert?: InsertFunction | undefined
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

/** So many destinations are drained at a time; the others wait for the next look. */
const CONCURRENT_DESTINATIONS = 20

type Paced = { readonly pace: Bucket; readonly perSecond: number }

const keyOf = ({ spaceId, destinationId }: Due): string => `${spaceId} ${destinationId}`

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

// Tools that said they get too much, and until when they are left alone.
const createRests = (now: () => Date) => {
  const rests = new Map<string, { readonly due: Due; readonly until: number }>()
  return {
    begin: (due: Due, ms: number): void => void rests.set(keyOf(due), { due, until: now().getTime() + ms }),
    has: (due: Due): boolean => (rests.get(keyOf(due))?.until ?? 0) > now().getTime(),
    all: (): readonly Due[] => [...rests.values()].map(({ due }) => due),
  }
}

// Drains at work: of a destination one at a time, and of them so many.
const createRunning = (failed: (error: unknown) => void) => {
  const running = new Map<string, Promise<void>>()
  return {
    begin: (key: string, work: () => Promise<void>): boolean => {
      if (running.has(key) || running.size >= CONCURRENT_DESTINATIONS) return false
      running.set(
        key,
        work()
          .catch(failed)
          .finally(() => running.delete(key)),
      )
      return true
    },
    idle: async (): Promise<void> => {
      while (running.size > 0) await Promise.all(running.values())
    },
  }
}

/** See `Deliveries`. Any number of processes may do it beside each other: a destination is called by one of them at a time. */
export const createDeliveries = (context: DrainContext): Deliveries => {
  const { db, now } = context
  const holder = context.newClaim()
  const me = (): Holder => ({ holder, now: now() })
  const ending = new AbortController()
  const running = createRunning(context.failed)
  const sample = createSample(now)
  const paceOf = createPaces()
  const rests = createRests(now)
  const mayCall = (due: Due): boolean => !ending.signal.aborted && !rests.has(due)

  const around = (due: Due, pace: Bucket): DeliverContext => ({
    now,
    hosts: context.hosts,
    random: context.random,
    insert: context.insert,
    sample: (status, reason) => sample([due.spaceId, due.destinationId, status, reason].join(' ')),
    pace: async () => {
      if (mayCall(due)) await pause(pace.wait(1, now().getTime()), ending.signal)
      return mayCall(due)
    },
    rest: (ms) => rests.begin(due, ms),
  })
  const drain = async (due: Due): Promise<void> => {
    if (!(await holdDestination(db, due, me()))) return
    await takeOver(db, due, now())
    while (mayCall(due)) {
      const plan = await loadPlan(db, due.spaceId, due.destinationId)
      if (!plan || !(await holdDestination(db, due, me()))) break
      if ((await drainBatch(context, due, plan, around(due, paceOf(plan)))) === 0) break
    }
    // While it rests nobody else shall ask, either.
    if (!rests.has(due)) await letGo(db, due, me())
  }
  const begin = (due: Due): boolean => mayCall(due) && running.begin(keyOf(due), () => drain(due))
  return {
    wake: async () => {
      const due = ending.signal.aborted ? [] : await destinationsWithWork(db, me())
      return due.filter(begin).length
    },
    idle: running.idle,
    stop: async () => {
      ending.abort()
      await running.idle()
      for (const due of rests.all()) await letGo(db, due, me())
    },
  }
}
