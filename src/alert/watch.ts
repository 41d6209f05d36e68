import { type Loop, loop } from '../base/loop.ts'
import type { Db } from '../db/database.ts'
import { checkViolations, spacesWithViolations } from './check-violations.ts'
import { checkVolumes, lastWholeHour, spacesToCheck } from './check-volumes.ts'

const EVERY_MS = 60_000

/** Looks at what nobody looked at: two queries where there is nothing. Any number may do it beside each other. */
export const watchOnce = async (db: Db, now: Date): Promise<void> => {
  for (const spaceId of await spacesToCheck(db, lastWholeHour(now))) await checkVolumes(db, spaceId, now)
  for (const spaceId of await spacesWithViolations(db, now)) await checkViolations(db, spaceId, now)
}

type Context = { readonly db: Db; readonly now: () => Date; readonly told: () => void }

/** The loop that raises alerts, once a minute. */
export const alertLoop = ({ db, now, told }: Context, failed: (error: unknown) => void): Loop =>
  loop(
    EVERY_MS,
    () =>
      watchOnce(db, now())
        .then(told)
        .then(() => false),
    failed,
  )
