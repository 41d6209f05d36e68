import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'

/** How much of a window is used, this request included, and how long the window still lasts. */
export type Use = { readonly consumed: number; readonly msBeforeNext: number }
/** One more request of a kind; `ends` is when a window that begins with it is over. While one goes on it counts for that. */
export type Rates = (spaceId: string, name: string, now: Date, ends: Date) => Promise<Use>

type Counted = { readonly used: number; readonly ends: number }

// So far may the clocks of two processes differ; a window that ends later is of a clock that was wrong, and is not waited for.
const SKEW_MS = 10_000

type Waiting = {
  readonly now: Date
  readonly ends: Date
  readonly resolve: (use: Use) => void
  readonly reject: (error: unknown) => void
}
type Kind = { readonly spaceId: string; readonly name: string }

const add = async (db: Db, { spaceId, name }: Kind, count: number, { now, ends }: Waiting): Promise<Counted> => {
  const row = await runOne(
    db,
    query(
      'rate_window.add',
      sql<Counted>`insert into rate_window as w (space_id, name, asked_ms, ends_ms, used)
        values (${spaceId}, ${name}, ${now.getTime()}::bigint, ${ends.getTime()}::bigint, ${count}::bigint)
        on conflict (space_id, name) do update set
          used = case when w.ends_ms > excluded.asked_ms and w.ends_ms <= excluded.ends_ms + ${sql.lit(SKEW_MS)} then w.used + excluded.used else excluded.used end,
          ends_ms = case when w.ends_ms > excluded.asked_ms and w.ends_ms <= excluded.ends_ms + ${sql.lit(SKEW_MS)} then w.ends_ms else excluded.ends_ms end,
          asked_ms = excluded.asked_ms
        returning used, ends_ms as ends`,
    ),
  )
  return must(row, 'the row that was written')
}

type Queue = { waiting: Waiting[]; running: boolean }

/**
 * Counts requests exactly, however many processes there are: a row a space and kind. What arrives in a process while a statement runs is counted
 * by the next one together, so that no row is written more often than once a round trip and process.
 */
export const createRates = (db: Db): Rates => {
  const queues = new Map<string, Queue>()
  const drain = async (queue: Queue, kind: Kind): Promise<void> => {
    queue.running = true
    for (let last = queue.waiting.at(-1); last; last = queue.waiting.at(-1)) {
      const taken = queue.waiting.splice(0)
      await add(db, kind, taken.length, last).then(
        ({ used, ends }) => {
          const before = used - taken.length
          for (const [place, { resolve, now }] of taken.entries())
            resolve({ consumed: before + place + 1, msBeforeNext: Math.max(0, ends - now.getTime()) })
        },
        (error: unknown) => {
          for (const { reject } of taken) reject(error)
        },
      )
    }
    queue.running = false
    queues.delete(`${kind.spaceId} ${kind.name}`)
  }
  return (spaceId, name, now, ends) => {
    const key = `${spaceId} ${name}`
    const queue = queues.get(key) ?? { waiting: [], running: false }
    queues.set(key, queue)
    const used = new Promise<Use>((resolve, reject) => queue.waiting.push({ now, ends, resolve, reject }))
    if (!queue.running) void drain(queue, { spaceId, name })
    return used
  }
}
