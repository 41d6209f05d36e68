import { countHour, type Hours, storeHours } from '../catalog/hours.ts'
import { countCall, type SeenMap } from '../catalog/seen.ts'
import { storeSeen } from '../catalog/store.ts'
import { subjectOf } from '../catalog/subject.ts'
import type { Db } from '../db/database.ts'
import type { Arrival } from './arrival.ts'
import type { Result } from './results.ts'
import { BLOCKED } from './step-count.ts'
import type { Told } from './told.ts'

/** What came in with one request, and what became of it. */
export type Taken = Pick<Told, 'omittedOf' | 'itemOf'> & {
  /** Calls of the past, which come by file: of no hour's volume. */
  readonly past?: boolean
  readonly arrivals: readonly Arrival[]
  readonly results: readonly Result[]
}
type Counted = { readonly spaceId: string; readonly sourceId: string; readonly seen: SeenMap; readonly hours: Hours }

const FLUSH_MS = 3_000

const countOne = (
  { seen, hours }: Counted,
  { parsed, receivedAt }: Arrival,
  result: Result,
  { omittedOf, itemOf, past }: Taken,
): void => {
  if (parsed.kind === 'problem' || !parsed.call.wire) return
  const blocked = result.status === 'dropped' && BLOCKED.has(result.code)
  if (!blocked && result.status !== 'stored') return
  const { type, messageId, wire } = parsed.call
  // What a source hides before it is stored is not in the catalogue, and its names are those that conditions find.
  const item = itemOf(messageId) ?? wire.item
  const event = subjectOf({ type, event: item['event'] })
  if (!event) return
  countCall(seen, event, item, { at: receivedAt.getTime(), blocked, omitted: omittedOf(messageId) })
  if (!blocked && !past) countHour(hours, event, receivedAt.getTime())
}

export type Tally = {
  /** Counts what came in; nothing is written yet. */
  readonly note: (spaceId: string, sourceId: string, taken: Taken) => void
  /** Writes what was counted in this process. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Counts events, properties, traits and their values for the catalogue. In memory, after the calls are stored, and added to the database every
 * 3 s: in the transaction that stores a batch, all batches of a source would wait for each other's commit on the same few rows, and each would
 * leave a dead version of them. What a kill costs is 3 s of these counts, never of the data. Of calls that came twice the second is not counted.
 */
export const createTally = (db: Db): Tally => {
  let counted = new Map<string, Counted>()
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()

  const write = async (): Promise<void> => {
    const taken = counted
    counted = new Map()
    // Counts are not worth keeping while the database is away: nothing is stored then, either.
    for (const { spaceId, sourceId, seen, hours } of taken.values())
      await storeSeen(db, spaceId, sourceId, seen)
        .then(() => storeHours(db, spaceId, sourceId, hours))
        .catch(() => {})
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.then(write)
    return flushing
  }
  return {
    note: (spaceId, sourceId, taken) => {
      const key = `${spaceId} ${sourceId}`
      const there = counted.get(key) ?? { spaceId, sourceId, seen: new Map(), hours: new Map() }
      counted.set(key, there)
      for (const [place, arrival] of taken.arrivals.entries()) {
        const result = taken.results[place]
        if (result) countOne(there, arrival, result, taken)
      }
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    },
    flush,
    close: flush,
  }
}
