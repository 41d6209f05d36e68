import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { endPreviousPostgres } from './postgres.ts'
import { endPreviousTemporal } from './temporal.ts'

const WHAT_IS_KEPT = ['postgres', 'temporal.db', 'temporal.db-wal', 'temporal.db-shm', 'temporal.db.pid', 'secret', 'mailbox']

/** Ends what a start that was killed left running, so that it holds neither the data nor the ports. */
export const endLeftovers = async ({ folder }: Home): Promise<void> => {
  await endPreviousPostgres(folder)
  await endPreviousTemporal(join(folder, 'temporal.db'))
}

/** Forgets everything but the logs, for `--fresh`. Nothing may be running. */
export const forget = ({ folder }: Home): void => {
  for (const name of WHAT_IS_KEPT) rmSync(join(folder, name), { recursive: true, force: true })
}
