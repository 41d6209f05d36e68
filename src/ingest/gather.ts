import { Refused, Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { type Arrival, dropOf } from './arrival.ts'
import type { Uncounted } from './counter.ts'
import { type Stored, storeArrivals } from './ingest.ts'
import { problem } from './problems.ts'
import { droppedResult, type Result } from './results.ts'
import { bothTold, NOTHING_TOLD } from './told.ts'

type Context = {
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  /** Hears of each transaction what is to be counted of it. */
  readonly counted: (spaceId: string, uncounted: Uncounted) => void
}
type Waiting = {
  readonly calls: readonly Arrival[]
  readonly resolve: (stored: Stored) => void
  readonly reject: (error: unknown) => void
}
type Queue = { readonly waiting: Waiting[]; calls: number; running: number }

/** Stores calls, together with what other requests to the same space bring meanwhile; answers when they are durable. */
export type Gather = (spaceId: string, calls: readonly Arrival[]) => Promise<Stored>

// Transactions of one space at a time, how many calls must wait for there to be a second one, calls of one transaction, and calls that may wait before senders are told to slow down.
const WIDTH = 2
const WORTH_A_SECOND = 50
const MOST_TOGETHER = 1_000
const MOST_WAITING = 50_000

/** Class 22 is "data exception", 54 "program limit exceeded": a value that the check let through and Postgres does not take. */
export const isAboutData = (error: unknown): boolean => /^(22|54)...$/.test((error as { code?: string }).code ?? '')

const dropOnly = (only: Arrival): Stored & Uncounted => {
  const messageId = only.parsed.kind === 'call' ? only.parsed.call.messageId : undefined
  return {
    results: [droppedResult(messageId, problem('bad_request'))],
    announced: false,
    delivering: false,
    profileOf: () => undefined,
    ...NOTHING_TOLD,
    drops: [dropOf(only, problem('bad_request'), messageId)],
    broken: [],
  }
}

/** Stores calls, and if one of them cannot be stored, the others: halves are tried until the one that spoils it is alone. */
export const storeWhatCan = async (
  db: Db,
  spaceId: string,
  calls: readonly Arrival[],
  context: Omit<Context, 'counted'>,
): Promise<Stored & Uncounted> => {
  try {
    return await storeArrivals(db, spaceId, calls, { now: context.now(), random: context.random })
  } catch (error) {
    if (!isAboutData(error)) throw error
    const [only] = calls
    if (only && calls.length === 1) return dropOnly(only)
    const half = calls.length >> 1
    const first = await storeWhatCan(db, spaceId, calls.slice(0, half), context)
    const second = await storeWhatCan(db, spaceId, calls.slice(half), context)
    return {
      results: [...first.results, ...second.results],
      announced: first.announced || second.announced,
      delivering: first.delivering || second.delivering,
      profileOf: (messageId) => first.profileOf(messageId) ?? second.profileOf(messageId),
      ...bothTold(first, second),
      drops: [...first.drops, ...second.drops],
      broken: [...first.broken, ...second.broken],
    }
  }
}

const take = (queue: Queue): readonly Waiting[] => {
  const taken: Waiting[] = []
  let count = 0
  for (const next of queue.waiting) {
    if (taken.length > 0 && count + next.calls.length > MOST_TOGETHER) break
    taken.push(next)
    count += next.calls.length
  }
  queue.waiting.splice(0, taken.length)
  queue.calls -= count
  return taken
}

const answer = (taken: readonly Waiting[], { results, ...stored }: Stored): void => {
  let from = 0
  for (const { calls, resolve } of taken) {
    const own: readonly Result[] = results.slice(from, from + calls.length)
    from += calls.length
    resolve({ ...stored, results: own })
  }
}

/**
 * Group commit: while a transaction of a space runs, what arrives waits and goes into the next one together, which begins beside it when
 * enough waits. Under low load a call is stored at once; under high load the cost of a transaction is shared, so single calls scale like batches.
 */
export const createGather = (db: Db, context: Context): Gather => {
  const queues = new Map<string, Queue>()
  const work = async (spaceId: string, queue: Queue): Promise<void> => {
    queue.running++
    while (queue.waiting.length > 0) {
      const taken = take(queue)
      const calls = taken.flatMap((one) => one.calls)
      await storeWhatCan(db, spaceId, calls, context).then(
        (stored) => {
          context.counted(spaceId, stored)
          answer(taken, stored)
        },
        (error: unknown) => {
          for (const { reject } of taken) reject(error)
        },
      )
    }
    queue.running--
    if (queue.running === 0 && queue.waiting.length === 0) queues.delete(spaceId)
  }
  return (spaceId, calls) => {
    const queue = queues.get(spaceId) ?? { waiting: [], calls: 0, running: 0 }
    queues.set(spaceId, queue)
    if (queue.calls + calls.length > MOST_WAITING)
      throw new Refused('rate_limited', 'More calls arrive than can be stored; send them again in a second.', { status: 429 })
    queue.calls += calls.length
    const stored = new Promise<Stored>((resolve, reject) => queue.waiting.push({ calls, resolve, reject }))
    if (queue.running === 0 || (queue.running < WIDTH && queue.calls >= WORTH_A_SECOND)) void work(spaceId, queue)
    return stored
  }
}

/** Whether the sender should try again later, and not because of what it sent. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof Unavailable || (error instanceof Refused && error.status === 429)
