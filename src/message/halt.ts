import { Misconfigured, type Unavailable } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { type Account, setAccountState } from './account.ts'

/** How long a stopped account waits before one message tries whether it was repaired. */
const STOPPED_MS = 60_000

/** Makes an account wait: stopped when its operator must act, else only as long as its provider asked for. Its messages wait, too. */
export const haltFor = (db: Db, account: Account, error: Misconfigured | Unavailable, now: Date): Promise<void> => {
  const stopped = error instanceof Misconfigured
  const ms = stopped ? STOPPED_MS : error.retryAfterSeconds * 1000
  return setAccountState(
    db,
    account.space_id,
    account.id,
    { status: stopped ? 'stopped' : 'working', reason: error.message.slice(0, 500), retry_at: new Date(now.getTime() + ms) },
    now,
  )
}

/** An account that works again says so. */
export const resumeAfter = async (db: Db, account: Account, now: Date): Promise<void> => {
  if (account.retry_at === null) return
  await setAccountState(db, account.space_id, account.id, { status: 'working', reason: null, retry_at: null }, now)
}
