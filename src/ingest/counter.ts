import type { Db } from '../db/database.ts'
import { type Broken, recordViolations } from '../tracking-plan/violations.ts'
import { type CountedDrops, type Drop, noteDrop, recordCounted } from './drop.ts'
import { addSteps, keyOfStep, type StepCount } from './step-count.ts'

/** What a transaction left to be counted. */
export type Uncounted = { readonly drops: readonly Drop[]; readonly broken: readonly Broken[] }

type Kept = { readonly drops: CountedDrops; broken: Broken[]; readonly steps: Map<string, StepCount> }

const FLUSH_MS = 1_000
// Of violations more than this is counted at once, so that nothing grows while the database is away.
const MOST_BROKEN = 2_000

export type Counter = {
  /** Counts what was not taken or broke a plan; written within a second. */
  readonly note: (spaceId: string, uncounted: Uncounted) => void
  /** Counts what calls of a source came to. */
  readonly step: (spaceId: string, count: StepCount) => void
  /** Writes what was counted in this process, so that who reads next sees it. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

const nothing = (): Kept => ({ drops: new Map(), broken: [], steps: new Map() })

const write = async (db: Db, spaceId: string, { drops, broken, steps }: Kept): Promise<void> => {
  await recordCounted(db, spaceId, drops)
  await recordViolations(db, spaceId, broken)
  await addSteps(db, spaceId, [...steps.values()])
}

/**
 * Counts what came in and what was not taken, in memory, and adds it to the database each second: a statement a table and space. In the
 * transaction that stores a batch, all batches of one source would wait for each other's commit on the same few rows. What a kill costs is a
 * second of these counts, never of the data; while the database is away nothing is stored, and nothing is counted.
 */
export const createCounter = (db: Db): Counter => {
  let counted = new Map<string, Kept>()
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()

  const writeAll = async (): Promise<void> => {
    const taken = counted
    counted = new Map()
    for (const [spaceId, kept] of taken) await write(db, spaceId, kept).catch(() => {})
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.then(writeAll)
    return flushing
  }
  const keptOf = (spaceId: string): Kept => {
    const kept = counted.get(spaceId) ?? nothing()
    counted.set(spaceId, kept)
    timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    return kept
  }
  return {
    note: (spaceId, { drops, broken }) => {
      if (drops.length === 0 && broken.length === 0) return
      const kept = keptOf(spaceId)
      for (const drop of drops) noteDrop(kept.drops, drop)
      kept.broken.push(...broken)
      if (kept.broken.length > MOST_BROKEN) void flush()
    },
    step: (spaceId, count) => {
      const { steps } = keptOf(spaceId)
      const key = keyOfStep(count)
      steps.set(key, { ...count, count: count.count + (steps.get(key)?.count ?? 0) })
    },
    flush,
    close: flush,
  }
}
