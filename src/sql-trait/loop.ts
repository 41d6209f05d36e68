import { type Loop, loop } from '../base/loop.ts'
import type { Db } from '../db/database.ts'
import { claimNext, keepClaim } from './claim.ts'
import { type RunContext, runSqlTrait } from './run.ts'
import type { Reach } from './warehouse.ts'

/** What running SQL traits needs of a worker. */
export type SqlTraitContext = Pick<RunContext, 'db' | 'now' | 'random' | 'reach'> & {
  readonly db: Db
  readonly reach: Reach
  readonly newClaim: () => string
  /** Calls were stored: others have work. */
  readonly told: () => void
  /** How often what runs is kept, and whether it was deleted is seen, in milliseconds. */
  readonly keepEveryMs?: number
}

const KEEP_EVERY_MS = 30_000

/** Runs one SQL trait whose time has come; answers whether there was one. */
export const runNext = async (context: SqlTraitContext, signal: AbortSignal): Promise<boolean> => {
  const claimed = await claimNext(context.db, context.newClaim(), context.now())
  if (!claimed) return false
  const gone = new AbortController()
  const keep = async (): Promise<void> => {
    if (!(await keepClaim(context.db, claimed, context.now()))) gone.abort()
  }
  const keeping = setInterval(() => void keep().catch(() => {}), context.keepEveryMs ?? KEEP_EVERY_MS)
  try {
    await runSqlTrait({ ...context, signal: AbortSignal.any([signal, gone.signal]) }, claimed)
  } finally {
    clearInterval(keeping)
    context.told()
  }
  return true
}

const EVERY_MS = 2_000
// A query of an hour must not keep the others waiting.
const AT_ONCE = 3

/**
 * SQL traits in a worker, a few at a time: looks every two seconds whose time has come. A worker that dies leaves a claim that lapses, and
 * another goes on with the run.
 */
export const sqlTraitLoop = (context: SqlTraitContext, failed: (error: unknown) => void): Loop => {
  const stopping = new AbortController()
  const loops = Array.from({ length: AT_ONCE }, () => loop(EVERY_MS, () => runNext(context, stopping.signal), failed))
  return {
    wake: () => {
      for (const each of loops) each.wake()
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(loops.map((each) => each.stop()))
    },
  }
}
