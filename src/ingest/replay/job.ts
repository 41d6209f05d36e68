import { sql } from 'kysely'
import { notFound, Refused } from '../../base/errors.ts'
import { idFrom } from '../../base/ids.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import { addImport, type ImportJob, importOf } from '../import/job.ts'
import { namesIn, type Past } from './read.ts'

/** Where a replay takes its events, as it is kept in `import.header`. */
export type Origin = Past & { readonly names: readonly string[] }

const DAY_MS = 86_400_000
/** As much of its past a source brings when it is connected (spec/audiences §1). */
export const MONTH_MS = 30 * DAY_MS
// Until every process knows that the source feeds this space, too, it may take calls for its own space alone: the replay has those as well.
const SETTLES_MS = 10_000

/** The replay of a connected source. */
export const replayIdOf = (spaceId: string, sourceId: string): string =>
  `imp_${idFrom('replay', spaceId, sourceId).replaceAll('-', '').slice(0, 24)}`

export type Replaying = {
  readonly spaceId: string
  readonly sourceId: string
  readonly name: string
  readonly fromSpaceId: string
  readonly fromSourceId: string
  readonly by: string
  readonly now: Date
}

/** Has a source that was just connected bring its last month, oldest first; a worker does it. */
export const startReplay = async (db: Db, replaying: Replaying): Promise<void> => {
  const { spaceId, sourceId, name, by, now } = replaying
  const span = { from: now.getTime() - MONTH_MS, to: now.getTime() + SETTLES_MS }
  const past = { spaceId: replaying.fromSpaceId, sourceId: replaying.fromSourceId, ...span }
  const counted = await namesIn(db, past)
  const origin: Origin = { ...past, names: counted.map((one) => one.name) }
  await addImport(db, spaceId, {
    id: replayIdOf(spaceId, sourceId),
    kind: 'replay',
    sourceId,
    fileName: name,
    bytes: 0,
    requestedBy: by,
    startedAt: now,
    expected: counted.reduce((sum, { count }) => sum + count, 0),
    header: origin,
  })
}

export type Steering = 'pause' | 'resume' | 'cancel'
/** In which states each may be said, and what it leads to. */
export const STEERED = {
  pause: { from: ['RUNNING'], to: 'PAUSED' },
  resume: { from: ['PAUSED'], to: 'RUNNING' },
  cancel: { from: ['RUNNING', 'PAUSED'], to: 'CANCELLED' },
} as const satisfies Readonly<
  Record<Steering, { readonly from: readonly ImportJob['status'][]; readonly to: ImportJob['status'] }>
>

/** Pauses, resumes or cancels a replay: what came in stays. @throws Refused 404, 409 where it is in no such state. */
export const steerReplay = async (db: Db, spaceId: string, id: string, steering: Steering, now: Date): Promise<ImportJob> => {
  const { from, to } = STEERED[steering]
  const rows = await run(
    db,
    query(
      'import.steer',
      sql<{ id: string }>`update import set status = ${to}, claim = null, claimed_until = null,
          finished_at = ${to === 'CANCELLED' ? now : null}::timestamptz
        where space_id = ${spaceId} and id = ${id} and kind = 'replay' and status = any(${from}::text[]) returning id`,
    ),
  )
  const job = await importOf(db, spaceId, id)
  if (job.kind !== 'replay') throw notFound('replay', id)
  if (rows.length === 0) throw new Refused('replay_state', `The replay is ${job.status}: it cannot be told to ${steering}.`)
  return job
}
