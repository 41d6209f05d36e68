import type { Db } from '../db/database.ts'
import type { Arrival } from './arrival.ts'
import { type Gates, openGates } from './gates.ts'
import { readSettings, type Settings } from './settings.ts'
import { refuseSuppressed } from './suppressed.ts'

/** What is in force for a batch, and its calls, those of people who are suppressed refused. */
export type Door = { readonly settings: Settings; readonly arrivals: readonly Arrival[]; readonly gates: Gates }

/** Reads what is in force now for these calls, and refuses those of people who are suppressed before any rule sees them. @throws Unavailable when the database is away. */
export const openDoor = async (db: Db, spaceId: string, given: readonly Arrival[], now: Date): Promise<Door> => {
  const settings = await readSettings(db, spaceId, now)
  const arrivals = settings.suppressing ? await refuseSuppressed(db, spaceId, given, settings.rules) : given
  const gates = await openGates(
    db,
    spaceId,
    arrivals.map(({ sourceId }) => sourceId),
    settings.gated,
  )
  return { settings, arrivals, gates }
}
