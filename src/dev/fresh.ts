import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { endPreviousPostgres } from './postgres.ts'
import { endPreviousTemporal } from './temporal.ts'

const KEPT = ['postgres', 'temporal.db', 'temporal.db-wal', 'temporal.db-shm', 'temporal.db.pid', 'secret', 'mailbox']

/** Forgets everything but the logs, for `--fresh`. What a killed start left running is ended first. */
export const startOver = async ({ folder }: Home): Promise<void> => {
  await endPreviousPostgres(folder)
  await endPreviousTemporal(join(folder, 'temporal.db'))
  for (const name of KEPT) rmSync(join(folder, name), { recursive: true, force: true })
}
