import pLimit from 'p-limit'
import { crashPoint } from '../base/crash-point.ts'
import type { Db } from '../db/database.ts'
import { claimDeliveries, type Due, type Taken } from './claim.ts'
import { type DeliverContext, deliver } from './deliver.ts'
import type { Plan } from './plan.ts'
import { record, type Settled } from './record.ts'

/** What a batch needs from outside. */
export type BatchContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  readonly failed: (error: unknown) => void
}

const BATCH = 50
const CONCURRENT_CALLS = 10

/** Requests a second that a destination takes. */
export const rateOf = ({ destination, tool }: Plan): number => destination.rate_per_second ?? tool.ratePerSecond

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
const takeNext = async ({ db, now }: BatchContext, due: Due, plan: Plan, claim: string): Promise<readonly Taken[]> => {
  const live = await claimDeliveries(db, due, claim, now(), { limit: batchSize(plan), replay: false })
  if (live.length > 0) return live
  return claimDeliveries(db, due, claim, now(), { limit: Math.min(BATCH, rateOf(plan)), replay: true })
}

/** Takes calls of a destination that are due, delivers them, and writes down what became of each. Answers how many it took. */
export const drainBatch = async (context: BatchContext, due: Due, plan: Plan, around: DeliverContext): Promise<number> => {
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
