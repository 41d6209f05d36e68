import { timeOrderedId } from '../base/ids.ts'
import { isObject, type Json, shownText } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { Arrival } from './arrival.ts'
import type { Call } from './call.ts'
import type { Problem } from './problems.ts'
import type { Result } from './results.ts'
import { addSourceCalls, MOST_KEPT, type NewSourceCall, watchedSources, watchSource } from './source-call.ts'
import { erasedUntil } from './suppressed.ts'
import { isNoTime } from './time.ts'
import type { Told } from './told.ts'

/** What came in with one request, as it is kept in memory: nothing is written out until somebody looks. */
export type Request = {
  readonly arrivals: readonly Arrival[]
  readonly results: readonly Result[]
  readonly profileOf: (messageId: string) => string | undefined
  readonly didOf: Told['didOf']
  /** Of its body: a bound for what is kept. */
  readonly bytes: number
}

type Ring = { readonly spaceId: string; readonly sourceId: string; requests: Request[]; calls: number; bytes: number }

// How much is remembered of one source and of how many, and for how long one look counts.
const MOST_BYTES = 4 * 1024 * 1024
const MOST_SOURCES = 200
const LOOK_MS = 15_000
const FLUSH_MS = 250
const ASK_MS = 1_000
const LONGEST_RAW = 32 * 1024
// What nobody looks at is written out so often, and so many calls at a time: what a kill costs the debugger.
const KEEP_MS = 10_000
const MOST_KEPT_AT_ONCE = 2_000

type Tools = { readonly now: () => Date; readonly random: (bytes: number) => Uint8Array }

const problemsOf = (result: Result): readonly Json[] => {
  const told = ({ code, field, message, remedy }: Problem): Json => ({ code, field, message, remedy })
  if (result.status === 'dropped') return [told(result)]
  return result.status === 'stored' ? (result.violations ?? []).map(told) : []
}

const textAt = (raw: unknown, key: string): string => {
  const value = isObject(raw) ? raw[key] : undefined
  return typeof value === 'string' ? value.slice(0, 500).toWellFormed() : ''
}

const timeOf = (call: Call | undefined): readonly string[] =>
  isNoTime(call?.wire?.item['originalTimestamp'] ?? call?.wire?.item['timestamp'])
    ? ['took the time of receipt: its timestamp is no time of ISO 8601']
    : []

const rowOf = (request: Request, place: number, { random }: Tools): readonly NewSourceCall[] => {
  const [arrival, result] = [request.arrivals[place], request.results[place]]
  if (!arrival || !result) return []
  const { parsed, raw, receivedAt } = arrival
  const { status, messageId } = result
  const call = parsed.kind === 'problem' ? undefined : parsed.call
  return [
    {
      id: timeOrderedId(receivedAt, random(10)),
      received_at: receivedAt,
      type: call?.type ?? arrival.type ?? textAt(raw, 'type'),
      name: call?.name ?? textAt(raw, 'event'),
      message_id: messageId?.slice(0, 200).toWellFormed() ?? null,
      status,
      profile_id: (messageId === undefined ? undefined : request.profileOf(messageId)) ?? null,
      problems: problemsOf(result),
      changes: status === 'stored' && messageId !== undefined ? [...timeOf(call), ...request.didOf(messageId)] : [],
      raw: shownText(raw).slice(0, LONGEST_RAW).toWellFormed(),
    },
  ]
}

export type Tail = {
  /** Remembers what came in: a reference, nothing more. */
  readonly note: (spaceId: string, sourceId: string, request: Request) => void
  /** Somebody looks: what is remembered here is written out at once, and what comes within 15 s soon after it came, by every process. */
  readonly look: (spaceId: string, sourceId: string) => Promise<void>
  /** Writes out what is remembered, so that who looks after a restart sees it. */
  readonly close: () => Promise<void>
}

/**
 * The newest calls of each source, in the memory of the process that took them in. While nobody looks they are written to `source_call` every ten
 * seconds, at most 2,000 calls of all sources, so that they outlive the process: a busy source costs no more than its newest 500. While somebody
 * does, four times a second; other processes notice within a second of their next call.
 */
export const createTail = (db: Db, tools: Tools, keepMs = KEEP_MS): Tail => {
  const rings = new Map<string, Ring>()
  const looked = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let askedAt = 0
  let busy = false

  const flush = createFlush(db, rings, tools)
  const keeper = createKeeper(rings, flush, keepMs)

  const ask = async (): Promise<void> => {
    const at = tools.now()
    if (at.getTime() - askedAt < ASK_MS) return
    askedAt = at.getTime()
    for (const { space_id, source_id } of await watchedSources(db, at))
      looked.set(`${space_id} ${source_id}`, at.getTime() + LOOK_MS)
  }

  const turn = async (): Promise<void> => {
    if (busy) return
    busy = true
    await ask()
      .then(async () => {
        for (const [key, until] of looked) {
          if (until < tools.now().getTime()) looked.delete(key)
          else await flush(key)
        }
      })
      .catch(() => {})
    busy = false
    if (looked.size === 0) rest()
  }
  const rest = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  const wake = (): void => {
    timer ??= setInterval(() => void turn(), FLUSH_MS).unref()
  }

  return {
    note: (spaceId, sourceId, request) => {
      remember(rings, spaceId, sourceId, request)
      keeper.later()
      if (looked.size > 0 || tools.now().getTime() - askedAt >= ASK_MS) wake()
    },
    look: async (spaceId, sourceId) => {
      const until = tools.now().getTime() + LOOK_MS
      await watchSource(db, spaceId, sourceId, new Date(until))
      looked.set(`${spaceId} ${sourceId}`, until)
      await flush(`${spaceId} ${sourceId}`)
      wake()
    },
    close: async () => {
      rest()
      await keeper.close()
    },
  }
}

// What is written out as it comes is there when a person is erased, and goes with her. What is only remembered is not found, whosever it is.
const FRESH_MS = 5_000

const withoutErased = async (db: Db, { spaceId, requests }: Ring, now: Date): Promise<readonly Request[]> => {
  const isFresh = ({ arrivals }: Request): boolean =>
    arrivals.every(({ receivedAt }) => now.getTime() - receivedAt.getTime() < FRESH_MS)
  if (requests.every(isFresh)) return requests
  const until = await erasedUntil(db, spaceId, now)
  if (!until) return requests
  return requests.filter((request) => isFresh(request) || request.arrivals.every(({ receivedAt }) => receivedAt > until))
}

// In the order in which calls last came to them: what has been silent longest goes first.
const createKeeper = (rings: Map<string, Ring>, flush: (key: string) => Promise<void>, everyMs: number) => {
  let timer: NodeJS.Timeout | undefined
  const keep = async (most: number): Promise<void> => {
    let written = 0
    for (const [key, ring] of [...rings]) {
      if (written >= most) break
      written += Math.min(ring.calls, MOST_KEPT)
      // The debugger's memory is worth no effort while the database is away.
      await flush(key).catch(() => {})
    }
  }
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      void keep(MOST_KEPT_AT_ONCE).then(() => rings.size > 0 && later())
    }, everyMs).unref()
  }
  return {
    later,
    close: (): Promise<void> => {
      clearTimeout(timer)
      return keep(Number.POSITIVE_INFINITY)
    },
  }
}

const writeOut = async (db: Db, rings: Map<string, Ring>, key: string, tools: Tools): Promise<void> => {
  const ring = rings.get(key)
  if (!ring) return
  rings.delete(key)
  const requests = await withoutErased(db, ring, tools.now())
  const rows = requests
    .flatMap((request) => request.arrivals.flatMap((_, place) => rowOf(request, place, tools)))
    .slice(-MOST_KEPT)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  await transact(db, (tx) => addSourceCalls(tx, ring.spaceId, ring.sourceId, rows))
}

// One after the other: who looks waits for what is being written out already.
const createFlush = (db: Db, rings: Map<string, Ring>, tools: Tools): ((key: string) => Promise<void>) => {
  const writing = new Map<string, Promise<void>>()
  return (key) => {
    const next = (writing.get(key) ?? Promise.resolve()).catch(() => {}).then(() => writeOut(db, rings, key, tools))
    writing.set(key, next)
    return next
  }
}

const remember = (rings: Map<string, Ring>, spaceId: string, sourceId: string, request: Request): void => {
  const key = `${spaceId} ${sourceId}`
  const ring = rings.get(key) ?? { spaceId, sourceId, requests: [], calls: 0, bytes: 0 }
  rings.delete(key)
  rings.set(key, ring)
  ring.requests.push(request)
  ring.calls += request.arrivals.length
  ring.bytes += request.bytes
  while (
    ring.requests.length > 1 &&
    (ring.bytes > MOST_BYTES || ring.calls - (ring.requests[0]?.arrivals.length ?? 0) >= MOST_KEPT)
  ) {
    const gone = ring.requests.shift()
    ring.calls -= gone?.arrivals.length ?? 0
    ring.bytes -= gone?.bytes ?? 0
  }
  if (rings.size > MOST_SOURCES) {
    const [oldest] = rings.keys()
    if (oldest !== undefined) rings.delete(oldest)
  }
}
