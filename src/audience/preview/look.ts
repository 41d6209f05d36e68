import { Refused } from '../../base/errors.ts'
import { bounded, Ended } from '../../db/bounded.ts'
import type { Db } from '../../db/database.ts'

/** Who waits for an answer: until `signal` says that nobody does any more, and at most so many milliseconds a statement. */
export type Waits = { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined }

/** How long counting for somebody who waits may take, in milliseconds. */
export const TIMEOUT_MS = 60_000

/** Reads for somebody who waits, and for no longer. @throws Refused where it takes too long, saying what to do. */
export const look = async <T>(db: Db, { signal, timeoutMs = TIMEOUT_MS }: Waits, read: (tx: Db) => Promise<T>): Promise<T> => {
  try {
    return await bounded(db, { timeoutMs, signal }, read)
  } catch (error) {
    if (!(error instanceof Ended)) throw error
    const message =
      error.why === 'given_up'
        ? 'Nobody waits for it any more.'
        : `Counting took longer than ${timeoutMs / 1_000} s and was stopped. Give its events a time window; or save it, for computing may take as long as it needs.`
    throw new Refused(error.why, message, { status: 422, cause: error })
  }
}
