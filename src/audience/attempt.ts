import { Unavailable } from '../base/errors.ts'
import type { Computation } from './computation.ts'
import type { Outcome, Work } from './evaluate.ts'
import { recordFailure } from './evaluation.ts'
import { postponeRun } from './run.ts'
import { failuresOf, setFailed } from './state.ts'
import { wakeEverybody } from './wake.ts'

/** The definition was edited, disabled or deleted after it was read: everything is undone, and what was due stays so. */
export class Outdated extends Error {}

const RETRY_MS = 30_000
const LONGEST_RETRY_MS = 3_600_000

/**
 * The computation failed, the others go on: it says why, and is computed in full after a pause that grows; after the fifth attempt at the same
 * step when somebody asks for it, or the next day.
 */
const fail = async ({ db, spaceId, now }: Work, computation: Computation, error: unknown): Promise<Outcome> => {
  const reason = error instanceof Error ? error.message : String(error)
  const pause = (failures: number): Date =>
    new Date(now.getTime() + Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(10, failures)))
  const before = await failuresOf(db, { spaceId, computation })
  const { gaveUp } = await postponeRun(db, spaceId, computation.id, pause(before + 1))
  await setFailed(db, { spaceId, computation }, gaveUp ? 'Failed' : 'Error', reason)
  if (computation.kind === 'audience') await recordFailure(db, { spaceId, id: computation.id, at: now }, reason)
  if (gaveUp) return { kind: 'failed', computation, reason }
  await wakeEverybody(db, spaceId, computation.id, pause(before + 1))
  return { kind: 'failed', computation, reason }
}

/** What `evaluate` answers; where it fails, the computation is marked and tried again later. @throws Unavailable when the database is away. */
export const attempt = async (work: Work, computation: Computation, evaluate: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await evaluate()
  } catch (error) {
    if (error instanceof Unavailable) throw error
    if (error instanceof Outdated) return { kind: 'outdated', computation }
    return fail(work, computation, error)
  }
}
